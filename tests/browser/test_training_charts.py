"""The train page's charts: zoomed, read off, and quick with many points."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.running import LONG, QUICK, address, ask, ended, fold_out, start, tell

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


POINTS = 10_000


def _drag(page: Page, chart: str) -> None:
    box = page.locator(f"{chart} .u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=5)
    page.mouse.up()


def _measure(page: Page, name: str) -> None:
    """Shows the chart of the loss, or of the accuracy."""
    page.check(f"#measure [value={name}]")
    expect(page.locator(f"#{name}-chart .plot")).to_be_visible()


def _axis(page: Page) -> list[float]:
    """The ends of what the loss chart shows."""
    ends: list[float] = page.evaluate(
        "(chart => [0, 1].map(share => chart.at(share)))(document.querySelector('#loss-chart'))"
    )
    return ends


def _last_of(page: Page) -> tuple[float, float]:
    """Where the loss chart's last epoch is."""
    box = page.locator("#loss-chart .u-over").bounding_box()
    assert box
    return box["x"] + box["width"] - 2, box["y"] + 30


def test_new_points_do_not_undo_a_zoom(open_page: Open, server: str) -> None:
    page = open_page(address(LONG))
    run = start(page)
    expect(page.locator("#gap-told")).to_contain_text("training loss")

    _measure(page, "loss")
    _drag(page, "#loss-chart")
    zoomed = _axis(page)
    before = page.inner_text("#run-progress")
    expect(page.locator("#run-progress")).not_to_have_text(before)

    assert _axis(page) == zoomed
    assert zoomed[0] > 0
    _measure(page, "accuracy")
    page.dblclick("#accuracy-chart .u-over")
    assert _axis(page)[0] == 0
    expect(page.locator("#zoom-out")).to_be_hidden()
    ask(server, run, state="stopped")
    ended(server, run)


def test_the_values_under_the_pointer_are_those_of_the_history(open_page: Open, server: str, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}")
    expect(page.locator("#gap-told")).to_contain_text("training loss")
    last = tell(server, quick_run)["history"][-1]

    _measure(page, "loss")
    page.mouse.move(*_last_of(page))
    expect(page.locator("#loss-chart .chart-tip")).to_be_visible()
    cells = page.locator("#loss-chart .chart-tip tbody td").all_inner_texts()

    assert [float(cell) for cell in cells[1:]] == pytest.approx([last["train_loss"], last["validation_loss"]], abs=6e-4)


def test_curves_are_walked_along_and_zoomed_by_keyboard(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}")
    expect(page.locator("#gap-told")).to_contain_text("training loss")

    _measure(page, "loss")
    page.focus("#loss-chart .plot")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#loss-chart .chart-tip")).to_be_visible()
    page.keyboard.press("+")
    expect(page.locator("#zoom-out")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#zoom-out")).to_be_hidden()


def test_a_logarithmic_scale_shows_the_same_loss(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}")
    expect(page.locator("#gap-told")).to_contain_text("training loss")
    _measure(page, "loss")
    fold_out(page, "#numbers")
    plain = page.locator("#loss-chart canvas").screenshot()

    page.check("#log-scale")

    expect(page.locator("#loss-chart canvas")).to_be_visible()
    assert page.locator("#loss-chart canvas").screenshot() != plain


def test_ten_thousand_points_are_read_off_to_the_last(open_page: Open, server: str, quick_run: str) -> None:
    page = open_page("/train")
    told = tell(server, quick_run)
    steps = [
        {"step": at, "steps": POINTS, "epoch": 1 + at * 3 // POINTS, "loss": 2 / at**0.3, "smoothed": 1,
         "accuracy": 0.5, "learning_rate": 0.01, "images_per_second": 1000, "seconds": at / 10}
        for at in range(1, POINTS + 1)
    ]  # fmt: skip
    events = [("step", step) for step in steps] + [("epoch", row) for row in told["history"]]
    events += [("state", {"state": "finished", "reason": None, "step": POINTS, "epoch": 3, "learning_rate": 0.01})]
    text = "".join(
        f"id: {i}\nevent: {kind}\ndata: {json.dumps(fields)}\n\n" for i, (kind, fields) in enumerate(events, 1)
    )
    page.route("**/events", lambda route: route.fulfill(body=text, content_type="text/event-stream"))

    page.goto(f"{server}/train?run={quick_run}")
    expect(page.locator("#gap-told")).to_contain_text("training loss")
    fold_out(page, "#numbers")
    page.fill("#smoothing", "0.3")
    _measure(page, "loss")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(*_last_of(page))
    cells = page.locator("#loss-chart .chart-tip tbody td")

    expect(cells.first).to_have_text(f"{steps[-1]['loss']:.3f}")
    assert [float(cell) for cell in cells.all_inner_texts()[1:]] == pytest.approx(
        [told["history"][-1]["train_loss"], told["history"][-1]["validation_loss"]], abs=6e-4
    )


def test_fingers_zoom_move_and_read_off_while_the_page_scrolls_as_ever(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(page.locator("#final-lines")).to_contain_text("Accuracy")
    _measure(page, "loss")
    box = page.locator("#loss-chart .u-over").bounding_box()
    assert box
    touches, middle, height = page.context.new_cdp_session(page), box["x"] + box["width"] / 2, box["y"] + 80

    def touch(*frames: list[tuple[float, float]]) -> None:
        for kind, fingers in zip(
            ["touchStart", *["touchMove"] * (len(frames) - 1), "touchEnd"], [*frames, []], strict=True
        ):
            points = [{"x": middle + x, "y": height + y, "id": number} for number, (x, y) in enumerate(fingers)]
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(30)

    touch(*([(-20 - far, 0), (20 + far, 0)] for far in range(0, 80, 10)))
    zoomed = _axis(page)
    touch(*([(-far, 0)] for far in range(0, 80, 10)))
    moved = _axis(page)
    touch([(0, 0)])
    expect(page.locator("#loss-chart .chart-tip")).to_be_visible()
    page.wait_for_timeout(500)
    touch([(0, 0)])
    touch([(0, 0)])
    whole = _axis(page)
    touch(*([(0, -far)] for far in range(0, 120, 15)))

    assert 0 < zoomed[0] < zoomed[1] < QUICK["epochs"]
    assert moved[0] > zoomed[0]
    assert moved[1] - moved[0] == pytest.approx(zoomed[1] - zoomed[0])
    assert whole == [0, QUICK["epochs"]]
    page.wait_for_function("() => scrollY > 50")
    assert _axis(page) == whole
