"""Seeing a network learn: kernels, photo, maps, norms and confusion at any moment of the training."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.calls import PATIENCE_S, post
from tests.browser.conftest import Open
from tests.browser.inside import PROBABILITY, numbers, predicted, probabilities
from tests.browser.reading import photograph
from tests.browser.running import TINY, ask, ended, fold_out, submit, tell, trained, until
from tests.browser.seeing import (
    LEARNED,
    SHAPES,
    ask_again,
    canvas_colors,
    counted,
    first_counted,
    kernels,
    scrub,
    seen,
    snapshots,
)

pytestmark = pytest.mark.browser

ROUNDED = 0.0051  # two decimals
TOLD = """selector => {
  const element = document.querySelector(selector);
  window.told = [];
  new MutationObserver(() => told.push(element.textContent)).observe(element, { childList: true, characterData: true });
}"""


def _thinks(page: Page, told: list[dict[str, float]]) -> None:
    """Waits until these are the bars."""
    wanted = pytest.approx(predicted(told), abs=PROBABILITY)
    deadline = time.monotonic() + PATIENCE_S
    while (shown := probabilities(page, "#photo-bars")) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert shown == wanted


def test_without_a_run_the_rows_say_what_will_appear(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes")

    for row, sentence in (
        ("#confusion-row", "#confusion-empty"),
        ("#gradients-card", "#gradients-empty"),
        ("#norms-card", "#norms-empty"),
    ):
        fold_out(page, row)
        expect(page.locator(sentence)).to_be_visible()
    expect(page.locator("#photo-ask")).to_be_hidden()


def test_a_kernel_closely_has_the_numbers_and_the_way_that_numpy_finds(open_page: Open, server: str, run: str) -> None:
    told = snapshots(server, run)
    now, start = kernels(told[-1])[2], kernels(told[0])[2]
    page = open_page(f"/train?run={run}")
    seen(page)

    page.click("#kernels button >> nth=2")
    expect(page.locator("#kernel-title")).to_have_text("Kernel 3 of conv 1")
    cells = page.locator("#kernel-planes figure > weight-table .cell").all_inner_texts()
    way, length, _share = numbers(page.inner_text("#kernel-moved"))

    assert [numbers(cell)[0] for cell in cells] == pytest.approx(now.ravel().tolist(), abs=ROUNDED)
    assert way == pytest.approx(float(np.linalg.norm(now - start)), abs=ROUNDED)
    assert length == pytest.approx(float(np.linalg.norm(start)), abs=ROUNDED)
    page.focus("#kernel-closer .closer-time input")
    page.keyboard.press("Home")
    expect(page.locator("#kernel-fact")).to_have_text("random start")
    expect(page.locator("#kernel-moved")).to_contain_text("learned nothing yet")


def test_a_learned_kernel_can_be_tried_on_the_convolution_page(open_page: Open, run: str) -> None:
    page = open_page(f"/train?run={run}")
    seen(page)

    page.click("#kernels button >> nth=0")
    page.click("#kernel-planes figure >> nth=1 >> a")
    page.wait_for_selector("html[data-ready]")

    assert "/convolve?" in page.url
    expect(page.locator("kernel-grid input")).to_have_count(9)


def test_the_time_goes_back_to_the_random_start_and_on_to_now(open_page: Open, server: str, run: str) -> None:
    told = snapshots(server, run)
    page = open_page(f"/train?run={run}")
    seen(page)
    _thinks(page, told[-1]["predictions"])
    end = canvas_colors(page, "#kernels canvas")

    scrub(page, "Home")
    _thinks(page, told[0]["predictions"])
    facts = [page.inner_text(f"#{part}-fact") for part in ("kernels", "photo", "maps", "norms")]
    start = canvas_colors(page, "#kernels canvas")
    page.wait_for_url(re.compile(r"snapshot=0"))
    scrub(page, "ArrowRight")
    expect(page.locator("#time-moment")).to_contain_text(f"step {told[1]['step']}")
    scrub(page, "End")

    assert facts == ["random start"] * 4
    assert start != end
    _thinks(page, told[-1]["predictions"])
    assert canvas_colors(page, "#kernels canvas") == end
    page.wait_for_function("() => !location.search.includes('snapshot')")


def test_a_link_brings_a_moment_back(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}&snapshot=0")
    seen(page)

    expect(page.locator("#photo-fact")).to_have_text("random start")
    _thinks(page, snapshots(server, run)[0]["predictions"])
    assert page.get_attribute("#time input", "aria-valuetext") == "random start"


def test_the_training_is_replayed_in_some_seconds(open_page: Open, run: str) -> None:
    page = open_page(f"/train?run={run}", reduced_motion="reduce")
    seen(page)

    end = page.inner_text("#kernels-fact")
    page.evaluate(TOLD, "#kernels-fact")

    page.click("#time button[aria-label='Replay the training']")
    expect(page.locator("#time button[aria-label='Pause the replay']")).to_be_visible()
    expect(page.locator("#time button[aria-label='Replay the training']")).to_be_visible()
    told = page.evaluate("told")

    assert told[0] == "random start"
    assert told[-1] == end
    assert len(told) > 3
    expect(page.locator("#time-moment")).to_have_text("at its end")


def test_the_past_is_asked_anew_for_another_photo(open_page: Open, server: str, run: str, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.png")
    page = open_page(f"/train?run={run}")
    seen(page)

    page.set_input_files("#upload", photo)
    _thinks(page, ask_again(server, run, len(snapshots(server, run)) - 1, photo)["predictions"])
    scrub(page, "Home")

    _thinks(page, ask_again(server, run, 0, photo)["predictions"])
    expect(page.locator("#maps")).to_have_attribute("aria-busy", "false")


def test_the_newest_checkpoint_answers_and_opens_in_the_second_room(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}")
    seen(page)

    page.click("#other-photo > summary")
    page.click("#photo-ask")
    expect(page.locator("#photo-answer")).to_contain_text("Asked in epoch 40 it said")
    told = post(f"{server}/api/models/run-{run}/classifications", data={"sample": "cat"}).json()
    best = told["predictions"][0]
    assert f"said {best['label']}, " in page.inner_text("#photo-answer")
    page.click("#photo-inside")

    expect(page.locator("#answer .name").first).to_have_text(best["label"])
    assert f"model=run-{run}" in page.url


def test_the_second_room_says_that_a_run_is_gone(open_page: Open) -> None:
    page = open_page("/classify?model=run-0123456789abcdef", expected="404", ready="#problem:not([hidden])")

    expect(page.locator("#problem p")).to_contain_text("no model of that name")
    expect(page.locator("#network-name")).to_have_text("Small, to look inside")


def test_a_network_that_diverged_has_no_answer_in_either_room_and_says_so(open_page: Open, server: str) -> None:
    hidden = {"type": "dense", "units": 16, "activation": "relu"}
    deep = TINY | {"layers": [*TINY["layers"][:2], hidden, hidden, TINY["layers"][2]]}
    for seed in range(8):  # of some all ReLUs die of the first step instead; of which depends on the processor
        told = {"epochs": 1, "optimizer": "sgd", "learning_rate": 1e4, "seed": seed}
        run = submit(server, told, network=deep, sample="cat")
        if ended(server, run)["state"] == "diverged":
            break
    assert ended(server, run)["state"] == "diverged"
    page = open_page(f"/train?run={run}")
    expect(page.locator("#photo-note")).to_have_text("Its answer became NaN (not a number).")

    page.click("#other-photo > summary")
    page.click("#photo-inside")

    expect(page.locator("#answer")).to_have_text(re.compile("^Its answer became NaN"))
    expect(page.locator("#heat-note")).to_have_text("Where there is no answer, there is nothing to color.")
    for sight in ("#answer .bar-row", "#heat", "#heat-scale"):
        expect(page.locator(sight)).to_be_visible(visible=False)


def test_a_network_without_convolutions_says_so(open_page: Open, server: str) -> None:
    dense = {"input": [1, 8, 8], "classes": 10, "layers": [{"type": "flatten"}, {"type": "dense", "units": 10}]}
    run = trained(server, {"epochs": 2, "validation_split": 0}, network=dense, sample="cat")
    page = open_page(f"/train?run={run}")

    for row in ("#maps-row", "#confusion-row", "#norms-card"):
        fold_out(page, row)
    expect(page.locator("#kernels-empty")).to_contain_text("no kernels to look at")
    expect(page.locator("#maps-empty")).to_contain_text("no convolution or pooling")
    expect(page.locator("#confusion-empty")).to_contain_text("No pictures were held out")
    expect(page.locator("#norms")).to_be_visible()


def test_norms_stand_at_the_longest_that_is_allowed(open_page: Open, server: str, run: str) -> None:
    norms = np.concatenate([layer["norms"] for layer in snapshots(server, run)[-1]["norms"]])
    page = open_page(f"/train?run={run}")
    seen(page)
    fold_out(page, "#norms-card")

    limit, held = numbers(page.inner_text("#norms-note"))

    assert limit == LEARNED["max_norm"]
    assert held == (norms >= 0.6 * 0.999).sum() > 0
    assert norms.max() <= 0.6 * 1.001
    expect(page.locator("#norms .limit")).to_have_count(2)


def test_kernels_change_while_one_watches_and_the_photo_is_followed(
    open_page: Open, server: str, tmp_path: Path
) -> None:
    run = submit(server, LEARNED | {"epochs": 5000}, **SHAPES)
    try:
        page = open_page(f"/train?run={run}")
        until(server, run, lambda told: told["model"] is not None)
        seen(page)
        before = canvas_colors(page, "#kernels canvas")

        page.wait_for_function(
            "before => document.querySelector('#kernels-fact').textContent !== before",
            arg=page.inner_text("#kernels-fact"),
        )
        page.set_input_files("#upload", photograph(tmp_path / "photo.png"))
        expect(page.locator("#photo-seen.pixels")).to_be_visible()

        assert canvas_colors(page, "#kernels canvas") != before
        page.wait_for_function(
            "before => document.querySelector('#photo-fact').textContent !== before",
            arg=page.inner_text("#photo-fact"),
        )
        assert tell(server, run)["state"] == "running"
    finally:
        ask(server, run, state="stopped")


def test_axe_finds_nothing_in_what_is_seen(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}&snapshot={first_counted(server, run)}")
    seen(page)
    counted(page)

    page.click("#kernels-menu > summary")
    page.click("#kernels-look label:has-text('RGB')")
    page.keyboard.press("Escape")
    found = in_both_themes(page, lambda: violations(page))
    page.click("#kernels button >> nth=0")
    found += in_both_themes(page, lambda: violations(page, "#kernel-closer"))
    page.keyboard.press("Escape")
    page.click("#confusion .is-right >> nth=0")
    expect(page.locator("#mistakes-title")).to_contain_text("recognized")
    found += in_both_themes(page, lambda: violations(page, "#mistakes"))

    assert found == []


def test_what_is_seen_fits_a_small_screen(open_page: Open, server: str, run: str) -> None:
    moment = first_counted(server, run)
    page = open_page(f"/train?run={run}&snapshot={moment}&lang=es", viewport=PHONE, has_touch=True)
    seen(page)
    counted(page)

    plain = too_narrow(page)
    page.locator("#kernels button").nth(1).tap()
    expect(page.locator("#kernel-closer")).to_be_visible()

    assert plain + too_narrow(page, "#kernel-closer") == []
