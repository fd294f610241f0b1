"""A teacher's links: parts left out (`hide=`) or fixed (`fix=`) in each room, kept through an edit, and in a frame."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import in_both_themes, violations
from tests.browser.conftest import Open
from tests.browser.reading import pixels, point_at, settle, value

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}
ALONE = "hide=header,rows,door,footer"
MOMENT = "/convolve?sample=mouse&kernel=curve&view=stretch&x=15&y=33"
FRAMES = [
    (1280, 720, ""), (1024, 600, ",kernels"), (800, 640, ",kernels"), (768, 560, ",kernels"), (600, 480, ""),
    (390, 380, ""),
]  # fmt: skip
FIRST_CELL = "kernel-grid input >> nth=0"


def overflows(page: Page) -> bool:
    """Whether anybody would have to scroll."""
    return bool(
        page.evaluate(
            "() => { const { scrollWidth, scrollHeight } = document.documentElement;"
            " return scrollWidth > innerWidth || scrollHeight > innerHeight }"
        )
    )


@pytest.mark.parametrize(("room", "stage"), [("/convolve", "#stage"), ("/classify", "#maps"), ("/train", "#charts")])
def test_the_stage_alone_is_what_a_link_leaves(open_page: Open, room: str, stage: str) -> None:
    page = open_page(f"{room}?{ALONE}", viewport=PROJECTOR)

    for part in (".site-header", ".site-footer", ".folds, .rows-below", ".door, .doors, .to-next"):
        for place in page.locator(part).all():
            expect(place).to_be_hidden()
    expect(page.locator(stage)).to_be_visible()
    assert not overflows(page)
    assert violations(page) == []


@pytest.mark.parametrize(("width", "height", "more"), FRAMES)
def test_the_stage_of_convolve_fills_a_frame_of_any_size(open_page: Open, width: int, height: int, more: str) -> None:
    page = open_page(f"{MOMENT}&{ALONE}{more}", viewport={"width": width, "height": height}, reduced_motion="reduce")
    settle(page)

    assert not overflows(page)
    for part in ("#input canvas", "#result canvas", "#products", "#pixel-value"):
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width + 1, part
        assert box["y"] + box["height"] <= height + 1, part
    for part in ("#input canvas", "#result canvas"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 0.2 * min(width, height), part


def test_what_is_fixed_is_seen_and_read_but_not_changed(open_page: Open) -> None:
    page = open_page(f"{MOMENT}&fix=kernel,picture,window", viewport=PROJECTOR, reduced_motion="reduce")
    before, total, address = pixels(page).tolist(), value(page), page.url

    page.mouse.click(*middle(page, FIRST_CELL))
    page.focus(FIRST_CELL)
    page.keyboard.type("7")
    page.keyboard.press("ArrowUp")
    page.mouse.click(*middle(page, ".preset >> nth=2"))
    page.focus(".preset >> nth=2")
    page.keyboard.press("Enter")
    page.focus("#kernel-name")
    page.keyboard.press("ArrowDown")
    point_at(page, "#input", 3, 3)
    page.focus("#result")
    page.keyboard.press("ArrowRight")
    page.evaluate("document.querySelector('#live').click()")
    settle(page)

    assert pixels(page).tolist() == before
    assert (value(page), page.url) == (total, address)
    expect(page.locator(".kernel-edit")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".kernel-edit")).to_be_visible()
    expect(page.locator("kernel-grid").get_by_role("textbox", disabled=True)).to_have_count(49)
    assert in_both_themes(page, lambda: violations(page)) == []


def middle(page: Page, part: str) -> tuple[float, float]:
    box = page.locator(part).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_picture_that_is_fixed_takes_none_that_is_pasted_or_dropped(open_page: Open) -> None:
    page = open_page(f"{MOMENT}&fix=picture", viewport=PROJECTOR, reduced_motion="reduce")
    before = pixels(page, "#input").tolist()

    for kind in ("paste", "drop"):
        page.evaluate(BRING, kind)
    settle(page)

    assert pixels(page, "#input").tolist() == before
    page.focus("#result")
    page.keyboard.press("ArrowRight")
    settle(page)
    assert "x=16" in page.url, "the window is free"


BRING = """async (kind) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
  canvas.getContext('2d').fillRect(0, 0, 8, 8);
  const blob = await new Promise((done) => canvas.toBlob(done));
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], 'black.png', { type: 'image/png' }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === 'paste' ? new ClipboardEvent(kind, { ...options, clipboardData: transfer })
    : new DragEvent(kind, { ...options, dataTransfer: transfer });
  document.body.dispatchEvent(event);
}"""


def test_convolve_keeps_them_through_an_edit_and_back(open_page: Open) -> None:
    page = open_page(f"{MOMENT}&hide=rows,door&fix=picture", viewport=PROJECTOR, reduced_motion="reduce")

    page.fill(FIRST_CELL, "9")
    settle(page)
    assert page.url.endswith("&hide=rows,door&fix=picture")
    assert "matrix" in page.url
    page.goto(page.url.replace("x=15", "x=20"))
    page.wait_for_selector("html[data-ready]")
    page.go_back()
    page.wait_for_selector("html[data-ready]")

    assert "x=15" in page.url
    assert page.url.endswith("&hide=rows,door&fix=picture")
    expect(page.locator(".folds")).to_be_hidden()


def test_classify_keeps_them_and_asks_before_it_answers(open_page: Open) -> None:
    page = open_page("/classify?sample=cat&hide=answer,door&fix=network", viewport=PROJECTOR)

    expect(page.locator("#said")).to_be_hidden()
    expect(page.locator("#answer")).to_be_hidden()
    page.mouse.click(*middle(page, "#networks > summary"))
    expect(page.locator("#network-cards")).to_be_hidden()
    page.click("#photos > summary")
    page.click("#samples > summary")
    page.locator("#gallery button").nth(1).click()

    expect(page).to_have_url(re.compile("sample=(?!cat).*hide=answer,door&fix=network$"))
    expect(page.locator("#said")).to_be_hidden()


def test_train_keeps_them_and_starts_nothing_where_start_is_fixed(open_page: Open) -> None:
    page = open_page("/train?hide=rows,tabs&fix=controls,network", viewport=PROJECTOR)

    page.mouse.click(*middle(page, "#run-start"))
    page.focus("#run-start")
    page.keyboard.press("Space")
    page.mouse.click(*middle(page, "#strip-network"))
    page.click("[data-line=optimizer] > summary")
    page.locator("[data-line=optimizer] select").first.select_option(index=1)

    expect(page).to_have_url(re.compile("training=.*&hide=rows,tabs&fix=controls,network$"))
    assert page.get_attribute("[data-line=network]", "open") is None
    expect(page.locator("#run-pause")).to_be_hidden()
    expect(page.locator(".room-tabs")).to_be_hidden()
    assert violations(page) == []


def test_a_page_of_ours_shows_a_room_in_a_frame(open_page: Open, server: str) -> None:
    page = open_page("/lessons/glossary", viewport={"width": 900, "height": 700})

    page.evaluate(
        "(address) => document.body.replaceChildren(Object.assign(document.createElement('iframe'),"
        " { src: address, width: 800, height: 600, title: 'exhibit' }))",
        f"{server}{MOMENT}&{ALONE}",
    )

    frame = page.frame_locator("iframe")
    expect(frame.locator("html[data-ready] #pixel-value")).to_have_text("6600")
    expect(frame.locator(".site-header")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sheet_that_shares_makes_a_link_for_the_class(open_page: Open, server: str, language: str) -> None:
    page = open_page(f"{MOMENT}&lang={language}", viewport=PROJECTOR)
    settle(page)
    page.click("#share")
    link = page.locator("#shared-link")
    expect(link).to_have_value(f"{server}/s/mouse-back")

    page.click("#for-class > summary")
    page.check("#for-class input[name=hide][value=rows]")
    page.check("#for-class input[name=hide][value=header]")
    page.check("#for-class input[name=fix][value=kernel]")

    expect(link).to_have_value(f"{server}/s/mouse-back?hide=header,rows&fix=kernel")
    expect(page.locator("#qr-code")).to_have_attribute("src", re.compile("header%2Crows%26fix%3Dkernel"))
    assert violations(page, "#sharing") == []
    page.goto(link.input_value())
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".kernel-edit")).to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("answers", ["", "&answers=1"])
def test_a_sheet_of_questions_can_be_read_and_printed(open_page: Open, answers: str) -> None:
    kinds = "pixel,which-picture,receptive-field,overfitting,remedy"
    page = open_page(f"/lessons/questions?seed=7&kinds={kinds}{answers}", viewport=PROJECTOR, ready=".sheet-questions")

    assert violations(page) == []
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".sheet-form")).to_be_hidden()
    expect(page.locator(".sheet-questions > li")).to_have_count(5)
