"""The live camera through the kernel on the convolve page, with Chromium's fake device."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.hidden import hide, lights, watch_lights

COUNT = """() => {
  window.painted = 0;
  const view = document.querySelector('#result');
  const show = view.show.bind(view);
  view.show = (...shown) => { window.painted += 1; show(...shown); };
}"""


def live(open_page: Open, address: str = "/convolve?kernel=sobel-x&size=64&color=gray", **options: object) -> Page:
    page = open_page(address, **options)
    watch_lights(page)
    page.evaluate(COUNT)
    page.click("#live")
    expect(page.locator("#lamp")).to_have_attribute("data-state", "on")
    return page


def wait_for_frames(page: Page, more: int) -> None:
    page.wait_for_function("least => window.painted >= least", arg=page.evaluate("window.painted") + more)


def test_frames_run_through_the_kernel_while_it_is_edited(open_page: Open) -> None:
    page = live(open_page)
    wait_for_frames(page, 3)
    expect(page.locator("#input-fact")).to_contain_text("64 × 64")

    page.locator("kernel-grid input").first.fill("9")
    wait_for_frames(page, 3)

    expect(page.locator("kernel-grid input").first).to_have_value("9")
    assert lights(page) == 1


def test_a_pause_freezes_a_frame_whose_numbers_can_be_read_and_the_light_is_off(open_page: Open) -> None:
    page = live(open_page)
    wait_for_frames(page, 2)

    page.click("#live")
    expect(page.locator("#lamp")).to_have_attribute("data-state", "paused")
    assert lights(page) == 0
    before = page.locator("#pixel-value").text_content()
    page.locator("kernel-grid input").first.fill("9")
    expect(page.locator("#pixel-value")).not_to_have_text(str(before))
    column = page.get_attribute("#result rect.window", "x")
    page.focus("#input")
    page.keyboard.press("ArrowRight")

    expect(page.locator("#result rect.window")).not_to_have_attribute("x", str(column))


def test_a_frozen_frame_is_kept_as_ones_photo_only_if_asked(open_page: Open) -> None:
    page = live(open_page)
    wait_for_frames(page, 2)
    page.click("#live")
    assert "own" not in page.url

    page.click("#keep")

    page.wait_for_url("**sample=own**")
    expect(page.locator("#input-fact")).to_contain_text("64 × 64")
    expect(page.locator("#lamp")).to_be_hidden()
    page.wait_for_function("() => localStorage.getItem('picture') === 'own'")  # for all rooms
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#problem")).to_be_hidden()
    assert "sample=own" in page.url


def test_the_light_goes_out_in_a_hidden_tab_and_when_another_picture_is_chosen(open_page: Open) -> None:
    page = live(open_page)
    wait_for_frames(page, 2)

    hide(page)
    assert lights(page) == 0
    hide(page, False)
    wait_for_frames(page, 2)
    assert lights(page) == 1
    page.click("#samples summary")
    page.click("[data-sample=coffee]")
    page.wait_for_url("**sample=coffee**")

    expect(page.locator("#lamp")).to_be_hidden()
    assert lights(page) == 0


def test_another_size_and_color_hold_for_the_next_frame_and_for_a_frozen_one(open_page: Open) -> None:
    page = live(open_page)
    wait_for_frames(page, 1)

    page.click("#picture-menu summary")
    page.select_option("#size", "32")
    expect(page.locator("#input-fact")).to_contain_text("32 × 32")
    page.keyboard.press("Escape")
    page.click("#live")
    page.click("#picture-menu summary")
    page.select_option("#size", "128")

    expect(page.locator("#input-fact")).to_contain_text("128 × 128")
    expect(page.locator("#lamp")).to_have_attribute("data-state", "paused")


def test_a_camera_that_may_not_be_used_is_told_and_the_picture_stays(open_page: Open) -> None:
    page = open_page("/convolve?kernel=sobel-x&size=64")
    page.evaluate("""() => {
      navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };
    }""")

    page.click("#live")

    expect(page.locator("#problem")).to_contain_text("Allow it")
    expect(page.locator("#live")).to_have_text("Camera")
    expect(page.locator("#lamp")).to_be_hidden()
