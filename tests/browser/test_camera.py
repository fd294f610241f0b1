"""The camera as a stream, with Chromium's fake device: what comes, what is dropped, and when the light goes off."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.hidden import hide, lights, watch_lights

BEGIN = """async ({ patience, ...wish }) => {
  const js = document.querySelector('script[src*="/js/"]').src.replace(/\\/js\\/.*/, '/js');
  const { CameraStream } = await import(`${js}/shared/camera-stream.js`);
  window.frames_ = [];
  window.busy = 0;
  window.worst = 0;
  const take = async (frame) => {
    window.busy += 1;
    window.worst = Math.max(window.worst, window.busy);
    window.frames_.push({ width: frame.width, height: frame.height, bytes: frame.data.length, last: [...frame.data] });
    window.frames_.at(-2) && delete window.frames_.at(-2).last;
    if (patience) await new Promise((done) => setTimeout(done, patience));
    window.busy -= 1;
  };
  window.camera = new CameraStream(take, wish);
  await window.camera.start();
}"""


def opened(open_page: Open, patience: int = 0, start: bool = True, **wish: object) -> Page:
    page = open_page("/convolve?sample=camera&size=64")
    watch_lights(page)
    if start:
        begin(page, patience, **wish)
    return page


def begin(page: Page, patience: int = 0, **wish: object) -> None:
    page.evaluate(BEGIN, {"patience": patience, "side": 64, **wish})


def count(page: Page) -> int:
    return int(page.evaluate("window.frames_.length"))


def wait_for_frames(page: Page, more: int) -> None:
    page.wait_for_function("(least) => window.frames_.length >= least", arg=count(page) + more)


def state(page: Page) -> str:
    return str(page.evaluate("window.camera.state"))


def test_square_frames_of_the_wished_size_come_while_the_light_is_on(open_page: Open) -> None:
    page = opened(open_page)

    wait_for_frames(page, 5)

    frame = page.evaluate("(({ width, height, bytes }) => ({ width, height, bytes }))(window.frames_.at(-1))")
    assert frame == {"width": 64, "height": 64, "bytes": 64 * 64 * 4}
    assert (state(page), lights(page)) == ("on", 1)


def test_whole_frames_keep_what_is_at_the_sides(open_page: Open) -> None:
    page = opened(open_page, isSquare=False)

    wait_for_frames(page, 1)

    frame = page.evaluate("window.frames_[0]")
    assert (frame["width"], frame["height"]) == (64, 48)


def test_a_slow_taker_gets_one_frame_at_a_time_and_no_queue(open_page: Open) -> None:
    page = opened(open_page, patience=300)

    page.wait_for_timeout(2000)

    assert page.evaluate("window.worst") == 1
    assert count(page) <= 2000 // 300 + 2


def test_a_pause_freezes_the_frame_that_can_be_kept_and_puts_the_light_out(open_page: Open) -> None:
    page = opened(open_page)
    wait_for_frames(page, 2)

    page.evaluate("window.camera.pause()")
    frozen = count(page)
    page.wait_for_timeout(500)
    kept = page.evaluate("""async () => {
      const image = await createImageBitmap(await window.camera.photo());
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
      canvas.getContext('2d').drawImage(image, 0, 0, 64, 64);
      const shown = window.frames_.at(-1).last;
      const off = canvas.getContext('2d').getImageData(0, 0, 64, 64).data.map((byte, at) => Math.abs(byte - shown[at]));
      return { side: image.width, height: image.height, off: off.reduce((sum, byte) => sum + byte, 0) / off.length };
    }""")

    assert (state(page), lights(page), count(page)) == ("paused", 0, frozen)
    assert kept["side"] == kept["height"] > 64  # as fine as the camera gives it
    assert kept["off"] < 2
    page.evaluate("window.camera.start()")
    wait_for_frames(page, 2)
    assert (state(page), lights(page)) == ("on", 1)


def test_the_light_goes_out_in_a_hidden_tab_and_on_again_when_it_is_back(open_page: Open) -> None:
    page = opened(open_page)
    wait_for_frames(page, 2)

    hide(page)
    seen = count(page)
    page.wait_for_timeout(500)

    assert (state(page), lights(page)) == ("away", 0)
    assert count(page) <= seen + 1
    hide(page, False)
    wait_for_frames(page, 2)
    assert (state(page), lights(page)) == ("on", 1)


def test_a_stopped_camera_stays_off_when_the_tab_is_back(open_page: Open) -> None:
    page = opened(open_page)
    wait_for_frames(page, 1)

    page.evaluate("window.camera.stop()")
    hide(page)
    hide(page, False)
    page.wait_for_timeout(300)

    assert (state(page), lights(page)) == ("off", 0)


def test_stopped_while_it_is_being_asked_for_it_never_goes_on(open_page: Open) -> None:
    page = opened(open_page)
    page.evaluate("window.camera.stop()")

    page.evaluate("(() => { const started = window.camera.start(); window.camera.stop(); return started; })()")

    page.wait_for_timeout(300)
    assert (state(page), lights(page)) == ("off", 0)


def test_a_page_that_is_left_puts_the_light_out(open_page: Open) -> None:
    page = opened(open_page)
    wait_for_frames(page, 1)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert (state(page), lights(page)) == ("off", 0)


def test_what_keeps_the_camera_off_is_said(open_page: Open) -> None:
    page = opened(open_page, start=False)
    refuse = (
        """(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }"""
    )

    for name, words in (
        ("NotAllowedError", "Allow it"),
        ("NotFoundError", "no camera"),
        ("NotReadableError", "another program"),
    ):
        page.evaluate(refuse, name)
        begin(page)
        assert words in page.evaluate("window.camera.sentence")
        assert state(page) == "off"


def test_an_unplugged_camera_is_said(open_page: Open) -> None:
    page = opened(open_page)
    wait_for_frames(page, 1)

    page.evaluate("window.lights.at(-1).dispatchEvent(new Event('ended'))")

    assert state(page) == "off"
    assert "unplugged" in page.evaluate("window.camera.sentence")


def test_an_address_without_https_says_what_to_do(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64")
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { get: () => false })")
    watch_lights(page)

    begin(page)

    assert "https" in page.evaluate("window.camera.sentence")
    assert lights(page) == 0


def test_a_picture_is_taken_with_the_camera(open_page: Open) -> None:
    page = open_page("/")

    page.click("#camera")
    expect(page.locator("camera-shot .primary")).to_be_enabled()
    expect(page.locator("camera-shot video")).to_have_js_property("paused", False)
    expect(page.locator("camera-shot video")).not_to_have_js_property("videoWidth", 0)
    page.click("camera-shot .primary")

    page.wait_for_function("() => localStorage.getItem('picture') === 'own'")
    expect(page.locator("camera-shot")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()
