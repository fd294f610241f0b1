"""Where pictures come from on the convolution page, and what happens when one is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.reading import photograph, pixels, settle

pytestmark = pytest.mark.browser

_GIVE = """([name, bytes, kind]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
  const event = kind === 'drop'
    ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
  document.body.dispatchEvent(event);
}"""


def _identity(page: Page) -> None:
    page.click("[data-kernel=identity]")


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(open_page: Open, tmp_path: Path, kind: str) -> None:
    photo = photograph(tmp_path / "photo.png", 24, 18)
    page = open_page("/convolve?color=rgb")
    _identity(page)

    page.evaluate(_GIVE, ["photo.png", list(photo.read_bytes()), kind])
    expect(page.locator("#input-fact")).to_contain_text("24 × 18")

    np.testing.assert_array_equal(pixels(page), np.asarray(Image.open(photo)))


def test_a_picture_is_drawn(open_page: Open) -> None:
    page = open_page()
    _identity(page)

    page.click("#draw")
    box = page.locator("drawing-board canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5)
    page.mouse.up()
    page.click("drawing-board .primary")
    expect(page.locator("#input-fact")).to_contain_text("128 × 128")

    drawn = pixels(page)
    assert drawn[64, 64].tolist() == [255, 255, 255]
    assert drawn[20, 64].tolist() == [0, 0, 0]


def test_a_sample_is_chosen_from_the_gallery(open_page: Open) -> None:
    page = open_page()
    before = pixels(page, "#input")

    page.click("#samples summary")
    page.click("[data-sample=coffee]")
    page.wait_for_url("**sample=coffee**")

    assert not np.array_equal(before, pixels(page, "#input"))
    expect(page.locator("#samples > div")).to_be_hidden()


def test_a_refused_file_is_told_and_the_picture_stays(open_page: Open, tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("no picture at all")
    page = open_page(expected="415", locale="es-ES", reduced_motion="reduce")
    before = pixels(page)

    page.set_input_files("#upload", text)
    expect(page.locator("#problem")).to_be_visible()

    assert "PNG" in page.inner_text("#problem p")
    np.testing.assert_array_equal(pixels(page), before)
    page.click("#problem button")
    expect(page.locator("#problem")).to_be_hidden()


def test_a_server_that_is_gone_is_told(open_page: Open, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.png", 24, 18)
    page = open_page(expected="net::ERR")
    page.route("**/api/convolutions", lambda route: route.abort())

    page.set_input_files("#upload", photo)

    expect(page.locator("#problem p")).to_contain_text("The server does not answer")


def test_a_sixteen_bit_ramp_keeps_its_levels_and_says_so(open_page: Open, tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256 * 4).astype(np.uint16).reshape(4, 256)
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    page = open_page()
    _identity(page)

    page.set_input_files("#upload", tmp_path / "ramp.png")
    expect(page.locator("#input-fact")).to_contain_text("256 × 4")

    np.testing.assert_allclose(pixels(page)[..., 0], ramp / 257, atol=0.51)
    expect(page.locator("#input-note")).to_contain_text("16-bit")


@pytest.mark.parametrize("leave", ["reload", "language"])
def test_ones_own_picture_outlives_a_reload_and_another_language(open_page: Open, tmp_path: Path, leave: str) -> None:
    page = open_page("/convolve?kernel=emboss")
    page.set_input_files("#upload", photograph(tmp_path / "photo.png"))
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")
    settle(page)
    before = pixels(page)

    if leave == "reload":
        page.reload()
    else:
        page.click("[data-language=es]")
        page.wait_for_url("**lang=es**")
    page.wait_for_selector("html[data-ready]")
    settle(page)

    np.testing.assert_array_equal(pixels(page), before)


@pytest.mark.parametrize("query", ["sample=own", "sample=no-such", "sample=", "size=0", "size=100000", "color=pink"])
def test_an_address_that_asks_for_what_is_not_there_shows_the_default(open_page: Open, query: str) -> None:
    page = open_page(f"/convolve?{query}&kernel=emboss")
    settle(page)

    expect(page.locator("#input-fact")).to_contain_text("256 × 256")
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("[data-kernel=emboss]")).to_have_attribute("aria-pressed", "true")


def test_what_a_file_holds_is_said_beside_the_picture(open_page: Open, tmp_path: Path) -> None:
    dark, colors = tmp_path / "dark.png", tmp_path / "colors.png"
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)).save(dark)
    profile = bytes(16) + b"RGB XYZ " + bytes(100) + "Display P3".encode("utf-16-be")
    Image.new("RGB", (20, 10), "red").save(colors, icc_profile=profile)
    page = open_page()

    page.set_input_files("#upload", dark)
    expect(page.locator("#input-note")).to_contain_text("12 of its 16 bits")
    page.set_input_files("#upload", colors)
    expect(page.locator("#input-note")).to_contain_text("Display P3")


def test_programs_for_a_transparent_picture_lay_it_over_white(open_page: Open, tmp_path: Path) -> None:
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (20, 10), (200, 0, 0, 90)).save(clear)
    page = open_page("/convolve?open=code")

    page.set_input_files("#upload", clear)
    page.click("#code-panel [data-key=numpy]")

    expect(page.locator("#code-panel")).to_contain_text("over white")


def test_a_photo_of_many_pixels_is_shown_reduced_and_not_offered_in_full(open_page: Open, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (5712, 4284), (90, 120, 60)).save(photo, quality=40)
    page = open_page()

    page.set_input_files("#upload", photo)

    expect(page.locator("#input-note")).to_contain_text("5712 × 4284")
    expect(page.locator("#download-full")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()
