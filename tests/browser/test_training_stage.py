"""The train page's stage: what is touched and what changes stand in one view, and nothing jumps."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import in_both_themes, violations
from tests.browser.conftest import ROOT, Open
from tests.browser.running import LONG, QUICK, address, ask, ended, finish, start, stop, submit, tell, unfold, until
from tests.browser.seeing import canvas_colors

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

VIEW = {"width": 1280, "height": 720}
RECORDED, PAIR = (json.loads((ROOT / f"static/recorded/{name}.json").read_text("utf-8")) for name in ("run", "pair"))
SHIFTS = """new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift = (window.shift ?? 0) + entry.value;
}).observe({ type: "layout-shift", buffered: true })"""
COUNTDOWN = re.compile(r"^(\d+:\d\d|\d+(\.\d)? hours|any moment)$")
LABELS = ("extractor", "classifier")
LEARNING = {"epochs": 400, "learning_rate": 0.01}


def _is_seen(page: Page, *places: str) -> None:
    """Whether all of it lies in the window, without scrolling."""
    assert page.evaluate("scrollY") == 0
    for place in places:
        box = page.locator(place).bounding_box()
        assert box, place
        assert box["y"] >= 0, place
        assert box["y"] + box["height"] <= VIEW["height"] + 1, place


def test_start_curve_kernels_and_photo_stand_in_one_view_and_move(open_page: Open, server: str) -> None:
    page = open_page(address(LEARNING), viewport=VIEW)

    run = start(page)
    expect(page.locator("#training")).to_have_attribute("data-run", "running")
    expect(page.locator("#photo-bars .bar-row").first).to_be_visible()
    before = [page.inner_text("#kernels-fact"), page.inner_text("#chart-ends")]
    kernels = canvas_colors(page, "#kernels canvas")
    page.wait_for_function(
        "before => document.querySelector('#kernels-fact').textContent !== before[0] && "
        "document.querySelector('#chart-ends').innerText !== before[1]",
        arg=before,
    )  # fmt: skip

    _is_seen(page, "#run-pause", "#accuracy-chart", "#kernels", "#photo-seen", "#photo-bars", "#headline", "#time")
    assert canvas_colors(page, "#kernels canvas") != kernels
    ask(server, run, state="stopped")
    ended(server, run)


def test_overfitting_shows_a_recorded_pair_until_one_is_trained(open_page: Open) -> None:
    page = open_page("/train?tab=overfitting", viewport=VIEW)
    pill = page.locator("#recorded-pair")

    expect(pill).to_contain_text("Recorded: drawn shapes, 200 and 1000 pictures")
    expect(page.locator(".act-fact").first).to_contain_text("epoch")
    pill.locator("button").click()
    expect(pill.locator("button")).to_have_attribute("aria-label", "Play the recording")
    page.check("[name=cure][value=l2]")
    expect(pill).to_be_hidden()
    expect(page.locator(".act-name").last).to_have_text("L2")
    expect(page.locator(".act-fact").first).to_be_empty()


@pytest.mark.parametrize("viewport", [VIEW, {"width": 390, "height": 844}], ids=["laptop", "phone"])
def test_where_nothing_shall_move_the_recorded_pair_is_there_as_a_whole(
    open_page: Open, viewport: dict[str, int]
) -> None:
    page = open_page("/train?tab=overfitting", viewport=viewport, reduced_motion="reduce")
    rows = [[event["fields"] for event in told["events"] if event["kind"] == "epoch"][-1] for told in PAIR["runs"]]

    shown = [f"{round(row['validation_accuracy'] * 100)}%" for row in rows]
    expect(page.locator("#plain-share")).to_have_text(shown[0])
    expect(page.locator("#cured-share")).to_have_text(shown[1])
    expect(page.locator("#verdict")).to_contain_text("with more pictures")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_on_a_phone_what_is_said_of_the_run_does_not_lie_over_the_chart(open_page: Open) -> None:
    page = open_page("/train", viewport={"width": 390, "height": 844}, has_touch=True)
    said, chart = (page.locator(part).bounding_box() for part in ("#run-state", ".chart-box"))

    assert said
    assert chart
    assert said["height"] > 0
    assert said["y"] + said["height"] <= chart["y"] + 1


def test_before_start_a_recorded_run_plays_and_says_so(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW)

    expect(page.locator("#recorded")).to_contain_text("Recorded: drawn shapes")
    page.wait_for_function("() => Number(document.querySelector('#time input').max) > 2")
    expect(page.locator("#recorded button")).to_have_attribute("aria-label", "Pause the recording")
    page.click("#recorded button")
    expect(page.locator("#recorded button")).to_have_attribute("aria-label", "Play the recording")
    _is_seen(page, "#run-start", "#accuracy-chart", "#kernels", "#photo-seen", "#photo-bars")

    run = start(page)
    expect(page.locator("#recorded")).to_be_hidden()
    assert run != RECORDED["run"]["id"]


def test_where_nothing_shall_move_the_recording_is_there_as_a_whole(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW, reduced_motion="reduce")
    last = [event["fields"] for event in RECORDED["events"] if event["kind"] == "epoch"][-1]

    expect(page.locator("#recorded button")).to_have_attribute("aria-label", "Play the recording")
    expect(page.locator("#chart-ends .end.is-validation .hero-number")).to_have_text(
        f"{last['validation_accuracy']:.0%}"
    )
    expect(page.locator("#headline")).to_have_text("It learned")
    expect(page.locator("#photo-truth")).to_contain_text("Truth: square")


def test_the_rail_has_five_closed_lines_with_values_and_one_opens_at_a_time(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW)
    lines = page.locator("#settings > details")

    assert [" ".join(text.split()) for text in lines.locator("> summary").all_inner_texts()] == [
        "Pictures 9000", "Network 40,552 parameters", "Input standardized", "Remedies none chosen",
        "Optimizer Adam 0.007",
    ]  # fmt: skip
    expect(page.locator("#settings .rail-panel").locator("visible=true")).to_have_count(0)
    for line in ("network", "optimizer"):
        unfold(page, line)
        expect(page.locator("#settings > details[open]")).to_have_count(1)
        expect(page.locator(f"[data-line={line}] .rail-panel")).to_be_visible()
    _is_seen(page, "[data-line=optimizer] .rail-panel")
    page.keyboard.press("Escape")
    expect(page.locator("#settings > details[open]")).to_have_count(0)


def test_a_mark_stands_at_what_is_not_as_recommended(open_page: Open) -> None:
    page = open_page("/train?recipe=few-shapes", viewport=VIEW)

    marked = page.locator("#settings > details:has(.differs:not([hidden]))")

    assert marked.evaluate_all("lines => lines.map(line => line.dataset.line)") == ["pictures", "optimizer"]
    page.click(".strip [data-preset-run=quick]")
    expect(marked).to_have_count(0)


def test_a_recipe_has_an_address_that_can_be_said_and_what_is_changed_is_said_in_full(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW)

    page.click(".strip [data-preset-run=overfits]")
    page.wait_for_url(re.compile(r"\?recipe=few-shapes$"))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".strip [data-preset-run=overfits]")).to_have_attribute("aria-pressed", "true")
    unfold(page, "optimizer")
    page.fill("value-slider[data-field=epochs] .field", "7")
    page.keyboard.press("Tab")

    page.wait_for_url(re.compile("training="))
    assert "recipe=" not in page.url


def test_nothing_jumps_while_a_run_opens_and_ends(open_page: Open) -> None:
    page = open_page(address(QUICK), viewport=VIEW, reduced_motion="reduce")
    page.evaluate(SHIFTS)
    page.wait_for_timeout(1500)

    start(page)
    finish(page)
    page.wait_for_timeout(1000)

    assert page.evaluate("window.shift ?? 0") < 0.1


def test_the_space_bar_starts_pauses_and_goes_on(open_page: Open, server: str) -> None:
    page = open_page(address(LONG), viewport=VIEW)

    page.keyboard.press("Space")
    expect(page.locator("#run-pause")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(page.locator("#run-on")).to_be_visible()
    run = page.url.split("run=")[1][:16]
    ask(server, run, state="stopped")
    ended(server, run)


def test_how_it_stands_is_said_with_its_best_epoch(open_page: Open, server: str, quick_run: str) -> None:
    rows: list[dict[str, Any]] = tell(server, quick_run)["history"]
    best = max(rows, key=lambda row: row["validation_accuracy"])
    page = open_page(f"/train?run={quick_run}", viewport=VIEW)

    expect(page.locator("#run-summary")).to_contain_text("Epoch 3 of 3: training accuracy")
    assert f"in epoch {best['epoch']}." in page.inner_text("#run-summary")
    expect(page.locator("#run-heard")).to_have_text(page.inner_text("#run-summary"))
    expect(page.locator("#headline")).to_have_text(re.compile("^It (learned|memorized|only guessed)$"))


def test_scrubbing_goes_to_that_epochs_numbers(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}", viewport=VIEW)
    now = page.locator("#chart-ends .end.is-train .hero-number")
    last = tell(server, run)["history"][-1]["train_accuracy"]
    expect(now).to_have_text(re.compile(rf"^{min(99, round(100 * last)) if last < 1 else 100}%$"))

    page.focus("#time input")
    page.keyboard.press("Home")

    expect(page.locator("#chart-ends .hero-number").first).to_be_hidden()
    expect(page.locator("#headline")).to_have_text("The first epochs")


def test_three_ways_lead_on_from_a_result(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}", viewport=VIEW)
    expect(page.locator("#final-card")).to_be_visible()
    _is_seen(page, "#final-card", "#run-start")

    assert f"model=run-{quick_run}" in (page.get_attribute("#final-card [data-way=photo]", "href") or "")
    page.click("#final-card [data-way=errors]")
    cells = page.locator("#confusion td button")
    expect(cells.first).to_have_text(re.compile(r"^\d+$"))
    page.click("#final-card [data-way=change]")

    expect(page.locator("#final-card")).to_be_hidden()
    page.wait_for_url(re.compile(f"compare={quick_run}"))


def test_on_a_phone_the_page_is_short_and_the_settings_are_a_sheet(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(page.locator(".phone-result")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollHeight") < 3000
    expect(page.locator("#settings")).to_be_hidden()
    page.tap(".sheet-button")
    expect(page.locator("#settings > details > summary").first).to_be_visible()
    expect(page.locator("#settings [data-preset-run=quick]")).to_be_visible()


def test_who_waits_has_a_ticket_that_counts_down_outlives_a_reload_and_can_be_given_up(
    open_page: Open, server: str
) -> None:
    blocking = submit(server, LONG)
    until(server, blocking, lambda told: told["state"] == "running")
    page = open_page(address(QUICK), viewport=VIEW)
    ticket = page.locator("run-ticket")
    number, clock = ticket.locator("strong").nth(0), ticket.locator("[role=timer]")
    expect(ticket).to_be_hidden()

    run = start(page)
    expect(number).to_have_text("1")
    expect(clock).to_have_text(COUNTDOWN)
    first = clock.inner_text()
    expect(clock).not_to_have_text(first)
    _is_seen(page, "run-ticket", "#headline")
    expect(page.locator("#run-start")).to_be_hidden()
    page.reload()
    expect(number).to_have_text("1")
    expect(clock).to_have_text(COUNTDOWN)
    stop(page)
    assert ended(server, run)["state"] == "stopped"

    expect(ticket).to_be_hidden()
    expect(page.locator("#run-start")).to_be_visible()


def test_labels_of_a_small_network_stand_beside_each_other(open_page: Open) -> None:
    page = open_page(address(QUICK), viewport=VIEW)

    extractor, classifier = (page.locator(f"network-drawing .{name}").bounding_box() for name in LABELS)

    assert extractor
    assert classifier
    assert extractor["x"] + extractor["width"] <= classifier["x"]


def test_axe_finds_nothing_on_the_stage(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", viewport=VIEW, reduced_motion="reduce")
    expect(page.locator("#photo-bars .bar-row").first).to_be_visible()

    assert in_both_themes(page, lambda: violations(page)) == []
