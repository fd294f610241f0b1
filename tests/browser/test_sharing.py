"""The sheet that shares a view, read back by a camera's eyes; and the keys of class view."""

import pytest
from playwright.sync_api import expect

from tests.browser.access import violations
from tests.browser.conftest import Open
from tests.browser.reading import scanned, settle

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}


@pytest.mark.parametrize(
    ("path", "shared"),
    [
        ("/convolve?sample=mouse&kernel=curve&view=stretch&x=15&y=33", "/s/mouse-back"),
        ("/classify?model=digits&sample=mouse", "/classify?model=digits&sample=mouse"),
    ],
)
def test_a_view_is_shared_by_a_code_for_the_wall_and_a_link(
    open_page: Open, server: str, path: str, shared: str
) -> None:
    page = open_page(path, viewport=PROJECTOR)
    settle(page)

    page.get_by_role("button", name="Share this view").click()

    assert scanned(page, "#qr-code") == server + shared
    box = page.locator("#qr-code").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > PROJECTOR["height"] / 2
    page.click("#copy-shared")
    expect(page.locator("#copy-shared")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == server + shared
    assert violations(page, "#sharing") == []


def test_the_keys_of_the_stage_work_in_class_view_and_stand_in_a_sheet(open_page: Open) -> None:
    page = open_page("/convolve?class=1", viewport=PROJECTOR)

    page.keyboard.press("?")

    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("full screen")
    assert violations(page, "#keys") == []
    page.keyboard.press("Escape")
    page.click(".switch")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
