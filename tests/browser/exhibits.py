"""What stands beside a card of the lecture, for tests."""

from playwright.sync_api import Frame, Page, expect

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}


def exhibit(page: Page) -> Frame:
    """The frame that is shown, once its room is ready."""
    expect(page.locator("#frames iframe")).to_have_count(1)
    expect(page.locator("#frames iframe:not(.is-coming)")).to_have_count(1)
    frame = page.locator("#frames iframe").element_handle().content_frame()
    assert frame is not None
    return frame
