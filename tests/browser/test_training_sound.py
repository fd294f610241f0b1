"""The falling loss, heard: what is played is what the run tells, and nothing else is."""

import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import in_both_themes, violations
from tests.browser.conftest import Open
from tests.browser.hidden import hide
from tests.browser.running import address, ended, start, stop, tell, until
from tests.browser.test_training_stage import LEARNING, RECORDED, VIEW

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

# Every real tone, by the nodes that play it, and every context with its state.
_LISTEN = """() => {
window.tones = [];
window.contexts = [];
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (at) {
  window.tones.push([this.type, this.frequency.value, at]);
  return start.call(this, at);
};
window.AudioContext = class extends AudioContext {
  constructor(...options) {
    super(...options);
    window.contexts.push(this);
  }
};
}"""
# What a loss sounds like, sample by sample: [crossings of zero upwards within the tone, the largest sample after it].
_RENDER = """async ([kind, loss]) => {
  const page = document.querySelector('script[type=module][src*="/js/training/"]').src;
  const { KINDS, playLoss } = await import(page.replace('training.js', 'charts/tones.js'));
  const context = new OfflineAudioContext(1, 48000, 48000);
  playLoss(context, kind, loss, 0.25);
  const samples = (await context.startRendering()).getChannelData(0);
  const [from, to] = [12000, 12000 + Math.round(48000 * KINDS[kind].lasts)];
  let crossings = 0;
  for (let at = from + 1; at < to; at += 1) if (samples[at - 1] < 0 && samples[at] >= 0) crossings += 1;
  return [crossings / KINDS[kind].lasts, Math.max(...samples.slice(0, from), ...samples.slice(to))];
}"""


def pitch(loss: float) -> float:
    """Of the loss, by the rule that the page tells: 0.1 is 440 Hz, ten times as much an octave more."""
    return 440 * 2 ** (math.log10(min(10.0, max(0.01, loss))) + 1)


def is_among(frequency: float, losses: list[float]) -> bool:
    return any(math.isclose(frequency, pitch(loss), rel_tol=1e-5) for loss in losses)


def tones(page: Page, kind: str | None = None) -> list[float]:
    """The pitches that were played, in their order."""
    played: list[tuple[str, float, float]] = page.evaluate("window.tones")
    return [frequency for name, frequency, _at in played if kind in (None, name)]


def contexts(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.contexts.map(({ state }) => state)")
    return found


def listen(page: Page) -> None:
    """Turns the sound on, by keyboard alone; its script comes when the row is opened."""
    page.evaluate(_LISTEN)
    assert "sound.js" not in brought(page)
    page.locator("#sound-row > summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/tones.js'))"
    )
    page.wait_for_timeout(500)  # until it is connected
    page.keyboard.press("Tab")
    switch = page.get_by_role("switch", name="Hear the loss")
    expect(switch).to_be_focused()
    expect(switch).not_to_be_checked()
    assert contexts(page) == []
    page.keyboard.press("Space")
    expect(switch).to_be_checked()


def brought(page: Page) -> str:
    return str(page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name).join()"))


def is_quiet(page: Page) -> bool:
    """Whether nothing is played for a while, but for what may be on its way."""
    page.wait_for_timeout(500)
    before = len(tones(page))
    page.wait_for_timeout(1000)
    return len(tones(page)) == before


def wait_for(page: Page, kind: str, count: int) -> None:
    page.wait_for_function(
        "([kind, count]) => window.tones.filter(([name]) => name === kind).length >= count", arg=[kind, count]
    )


def test_a_recorded_run_is_heard_as_it_is_told(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW)
    expect(page.locator("#recorded button")).to_have_attribute("aria-label", "Play the recording")  # it has ended
    told: dict[str, list[Any]] = {"step": [], "epoch": []}
    for event in RECORDED["events"]:
        told.setdefault(event["kind"], []).append(event["fields"])

    listen(page)
    assert is_quiet(page)
    page.click("#recorded button")
    wait_for(page, "sine", 20)
    wait_for(page, "square", 2)

    heard = tones(page, "sine")
    assert all(is_among(one, [fields["loss"] for fields in told["step"]]) for one in heard)
    assert sum(heard[-5:]) < sum(heard[:5])
    assert all(is_among(one, [fields["validation_loss"] for fields in told["epoch"]]) for one in tones(page, "square"))
    hide(page)
    assert is_quiet(page)
    assert contexts(page) == ["suspended"]
    hide(page, is_hidden=False)
    wait_for(page, "sine", len(tones(page, "sine")) + 1)
    page.get_by_role("button", name="Pause the recording").click()
    assert is_quiet(page)
    page.get_by_role("switch", name="Hear the loss").click()
    expect(page.locator("#sound-value")).to_have_text("off")
    assert contexts(page) == ["closed"]


def test_a_run_is_heard_while_it_learns_and_only_from_now_on(open_page: Open, server: str) -> None:
    page = open_page(address(LEARNING), viewport=VIEW)
    run = start(page)
    until(server, run, lambda told: len(told["history"]) > 20)

    listen(page)
    assert len(tones(page)) < 20  # what it told before is not played
    wait_for(page, "sine", 5)
    wait_for(page, "square", 2)
    stop(page)

    assert ended(server, run)["state"] == "stopped"
    assert is_quiet(page)
    losses = [row["validation_loss"] for row in tell(server, run)["history"]]
    assert all(is_among(one, losses) for one in tones(page, "square"))


@pytest.mark.parametrize(
    ("kind", "loss", "hertz"), [("training", 0.1, 440), ("validation", 1, 880), ("training", 10, 1760)]
)
def test_a_loss_sounds_at_its_pitch_and_is_over(open_page: Open, kind: str, loss: float, hertz: float) -> None:
    page = open_page("/train?dataset=shapes")

    heard, after = page.evaluate(_RENDER, [kind, loss])

    assert heard == pytest.approx(hertz, abs=20)
    assert after == 0


def test_the_row_is_whole_on_a_phone_and_to_axe(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.locator("#sound-row > summary").click()
    expect(page.get_by_role("switch", name="Hear the loss")).to_be_visible()

    assert in_both_themes(page, lambda: violations(page, "#sound-row")) == []
