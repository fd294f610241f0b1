"""The convolution page's main job, in a real browser: what is on the screen is what the API computes."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.calls import post
from tests.browser.conftest import Open
from tests.browser.reading import explained, photograph, pixels, point_at, settle, unfold, value

pytestmark = pytest.mark.browser


def _api_pixels(server: str, photo: Path, fields: dict[str, str]) -> np.ndarray:
    answer = post(f"{server}/api/convolutions", data=fields, files={"image": ("p.png", photo.read_bytes())})
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def _api_values(server: str, fields: dict[str, Any]) -> np.ndarray:
    wanted = {name: value for name, value in fields.items() if name not in ("x", "y")}
    answer = post(f"{server}/api/convolutions", data=wanted)
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content))


def test_a_photo_is_sharpened_and_a_number_of_the_kernel_typed_over(
    open_page: Open, server: str, tmp_path: Path
) -> None:
    photo = photograph(tmp_path / "photo.png")
    page = open_page("/convolve?color=rgb")

    page.set_input_files("#upload", photo)
    page.click("[data-kernel=sharpen]")
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")
    sharpened = pixels(page)
    page.fill("kernel-grid input >> nth=4", "6.5")
    settle(page)

    np.testing.assert_array_equal(sharpened, _api_pixels(server, photo, {"kernel": "sharpen"}))
    typed = {"matrix": "[[0,-1,0],[-1,6.5,-1],[0,-1,0]]", "display": "signed"}
    np.testing.assert_array_equal(pixels(page), _api_pixels(server, photo, typed))


@pytest.mark.parametrize("kernel", ["edge-laplacian-8", "gaussian-blur", "emboss"])
def test_hovering_explains_the_pixel_as_the_api_does(open_page: Open, server: str, tmp_path: Path, kernel: str) -> None:
    photo = photograph(tmp_path / "photo.png")
    page = open_page(f"/convolve?kernel={kernel}&border=reflect")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")

    for x, y in ((0, 0), (59, 39), (31, 17)):
        point_at(page, "#result", x, y)
        expect(page.locator("#position")).to_contain_text(f"row {y}, column {x}, red")
        told = explained(server, {"kernel": kernel, "border": "reflect", "x": x, "y": y, "channel": 0}, photo)

        assert value(page) == pytest.approx(told["value"], abs=0.006)
        cells = page.locator("window-products .product-value").all_inner_texts()
        products = [float(text.replace("−", "-").replace(",", "")) for text in cells]
        assert products == pytest.approx(np.ravel(told["products"]).tolist(), abs=0.06)


def test_hovering_the_input_moves_the_window_to_that_pixel(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&kernel=sobel-x&stride=2&size=64")

    point_at(page, "#input", 40, 20)

    expect(page.locator("#position")).to_contain_text("row 10, column 20")


def test_a_preset_is_outlined_and_its_result_drawn(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera")
    before = pixels(page)

    page.click("[data-kernel=box-blur]")

    expect(page.locator("[data-kernel=box-blur]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-kernel=edge-laplacian-8]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#divisor")).to_have_value("9")
    assert not np.array_equal(before, pixels(page))


def test_a_copied_link_restores_everything(open_page: Open) -> None:
    page = open_page("/convolve?sample=coffee&size=128")
    page.click("[data-kernel=sobel-y]")
    unfold(page, "#stride-menu")
    page.check("#geometry [name=stride][value='2']", force=True)
    unfold(page, "#padding-menu")
    page.check("#geometry [name=border][value=wrap]", force=True)
    unfold(page, "#chain-row")
    page.click("[data-add=relu]")
    point_at(page, "#result", 30, 12)
    page.click("#code summary")
    settle(page)
    page.click("#share")
    page.click("#copy-shared")
    expect(page.locator("#copy-shared")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")

    again = open_page("/convolve?" + link.split("?")[1])
    settle(again)

    np.testing.assert_array_equal(pixels(again), pixels(page))
    assert again.inner_text("#position") == page.inner_text("#position")
    assert again.inner_text("#sum-line") == page.inner_text("#sum-line")
    assert again.evaluate("document.querySelector('#code').open")
    expect(again.locator(".chain .tile")).to_have_count(3)


@pytest.mark.parametrize(("example", "sum_line"), [
    ("back", "30·0 + 30·50 + 30·20 + 30·50 + 30·50 + 30·50 = 6600"),
    ("head", "30·0 + 30·0 + 30·0 + 30·0 + 30·0 + 30·0 = 0"),
])  # fmt: skip
def test_the_lectures_example_is_one_click_away(open_page: Open, example: str, sum_line: str) -> None:
    page = open_page()

    page.click("#examples summary")
    with page.expect_navigation():
        page.click(f"#examples a >> text=/{example}/")
    page.wait_for_selector("html[data-ready]")

    assert page.inner_text("#sum-line").replace("6,600", "6600") == sum_line


def test_what_the_border_and_the_display_do_is_written_out(open_page: Open, server: str) -> None:
    at_corner = {"sample": "camera", "kernel": "edge-laplacian-8", "border": "reflect", "x": 0, "y": 0}
    page = open_page("/convolve?" + "&".join(f"{name}={value}" for name, value in at_corner.items()))
    told = explained(server, at_corner)
    brought = np.array(told["products"])[np.array(told["outside"])].sum()

    unfold(page, "#display-menu")
    page.click("label:has([name=display][value=absolute])")
    absolute, note = page.inner_text("#drawn-as"), page.inner_text("#result-note")
    page.click("label:has([name=display][value=rescale])")
    rescaled = page.inner_text("#drawn-as")

    border = f"beyond the picture's edge (border: reflect): 5 of 9 cells, {brought:.0f} of the sum"
    assert page.inner_text("#border-line").strip().replace("−", "-") == border
    assert f"|{told['value']:.0f}| → {abs(told['value']):.0f}" in absolute.replace("−", "-")
    assert re.search(r"÷ .+ · 255 ≈ \d+$", rescaled)
    values = _api_values(server, {**at_corner, "format": "npy"})
    assert f"{(np.abs(values) > 255).mean():.1%} of them are larger than 255 in size and are clipped" in note


def test_the_chain_is_a_small_cnn(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=sobel-x")
    unfold(page, "#chain-row")

    page.click("[data-add=relu]")
    page.click("[data-add=max_pool]")
    settle(page)

    sizes = page.locator(".chain .tile .figure").all_inner_texts()
    assert sizes == ["64 × 64", "64 × 64", "64 × 64", "32 × 32"]
    assert page.inner_text("#sum-line").startswith("max(")
    page.click(".chain .tile >> nth=1")
    settle(page)
    expect(page.locator("#kernel")).to_be_visible()
    page.click(".chain .remove >> nth=1")
    settle(page)
    expect(page.locator(".chain .tile")).to_have_count(3)


def test_the_window_slides_pauses_steps_and_scrubs(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=16&kernel=box-blur&x=0&y=0")
    position = page.locator("#position")

    page.hover("window-player .play")
    page.click("window-player [aria-label='One step on']")
    expect(position).to_contain_text("row 0, column 1")
    page.click("window-player [aria-label='Slide the window over the picture']")
    page.wait_for_timeout(600)
    page.click("window-player [aria-label=Pause]")
    played = position.inner_text()
    page.wait_for_timeout(300)

    assert position.inner_text() == played != "row 0, column 1, gray"
    page.locator("window-player input[type=range]").fill("40")
    expect(position).to_contain_text("row 2, column 8")


def test_the_player_stands_where_a_link_puts_the_window(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=16&x=3&y=12")

    expect(page.locator("window-player input[type=range]")).to_have_value(str(12 * 16 + 3))


@pytest.mark.skipif(shutil.which("curl") is None, reason="the machine has no curl; .ci/run installs it")
def test_the_printed_curl_line_gives_the_picture_on_the_screen(open_page: Open, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.jpg", 33, 21)
    page = open_page("/convolve?kernel=emboss&color=gray&stride=2&open=code")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text("33 × 21")
    settle(page)
    line = page.inner_text("#program")

    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True, capture_output=True)

    written = next(Path(name) for name in re.findall(r"[\w.-]+\.png", line))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / written).convert("RGB")), pixels(page))


@pytest.mark.parametrize(("button", "max_side"), [("#download", {"max_side": "32"}), ("#download-full", {})])
def test_the_download_is_what_the_screen_shows_or_the_whole_picture(
    open_page: Open, server: str, tmp_path: Path, button: str, max_side: dict[str, str]
) -> None:
    photo = photograph(tmp_path / "photo.png", 90, 50)
    page = open_page("/convolve?kernel=sharpen&size=32")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text("32 × 18")
    unfold(page, "#downloads")

    with page.expect_download() as waiting:
        page.click(button)

    expected = _api_pixels(server, photo, {"kernel": "sharpen", **max_side})
    np.testing.assert_array_equal(np.asarray(Image.open(waiting.value.path()).convert("RGB")), expected)


def test_a_link_is_copied_where_the_browser_has_no_clipboard_to_offer(open_page: Open) -> None:
    page = open_page("/convolve?kernel=sobel-y")
    settle(page)
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")

    page.click("#share")
    page.click("#copy-shared")
    expect(page.locator("#copy-shared")).to_have_text("Copied")
    page.keyboard.press("Escape")
    page.focus("#divisor")
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")

    assert "kernel=sobel-y" in page.input_value("#divisor")


def test_a_click_holds_the_window_and_another_lets_it_go(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64")
    position = page.locator("#position")

    point_at(page, "#result", 10, 20)
    page.mouse.down()
    page.mouse.up()
    point_at(page, "#result", 40, 50)
    expect(position).to_contain_text("row 20, column 10")
    page.mouse.down()
    page.mouse.up()
    point_at(page, "#result", 41, 50)

    expect(position).to_contain_text("row 50, column 41")


def test_a_reduced_gray_picture_is_the_one_that_the_api_computes(open_page: Open, server: str, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.png", 90, 50)
    page = open_page("/convolve?kernel=identity&size=32")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text("32 × 18")

    unfold(page, "#picture-menu")
    page.check("#color [value=gray]", force=True)
    expect(page.locator("#input-fact")).to_contain_text("gray")

    expected = _api_pixels(server, photo, {"kernel": "identity", "color": "gray", "max_side": "32"})
    np.testing.assert_array_equal(pixels(page), expected)


def test_a_kernel_made_smaller_and_larger_again_keeps_its_numbers(open_page: Open) -> None:
    page = open_page("/convolve?kernel=sobel-x")

    for side in ("1", "2", "7", "3"):
        page.select_option("#side", side)
    settle(page)

    cells = [cell.input_value() for cell in page.locator("kernel-grid input").all()]
    assert cells == ["-1", "0", "1", "-2", "0", "2", "-1", "0", "1"]


def test_a_padding_is_chosen_as_a_word_or_as_cells_and_is_the_servers(open_page: Open, server: str) -> None:
    page = open_page("/convolve?sample=camera&size=32&color=gray&kernel=emboss&display=clip")
    expect(page.locator("#padding-cells")).to_have_value("1")
    unfold(page, "#padding-menu")

    page.check("#padding [value=full]", force=True)
    expect(page.locator("#result-fact")).to_contain_text("34 × 34")
    expect(page.locator("#padding-cells")).to_have_value("2")
    page.fill("#padding-cells", "5")
    page.press("#padding-cells", "Tab")
    expect(page.locator("#result-fact")).to_contain_text("40 × 40")
    expect(page.locator("#size-formula")).to_contain_text("(32 + 2·5 − 3) / 1 + 1 = 40")
    page.wait_for_url("**padding=5**")

    fields = {"sample": "camera", "max_side": 32, "color": "gray", "kernel": "emboss", "padding": 5}
    answer = post(f"{server}/api/convolutions", data=fields)
    np.testing.assert_array_equal(pixels(page)[..., 0], np.asarray(Image.open(io.BytesIO(answer.content))))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#padding-cells")).to_have_value("5")
    unfold(page, "#padding-menu")

    page.check("#border [value=valid]", force=True)
    expect(page.locator("#result-fact")).to_contain_text("30 × 30")
    expect(page.locator("#padding-cells")).to_be_disabled()
    expect(page.locator("#padding-cells")).to_have_value("0")


def test_a_padding_that_is_no_number_of_cells_is_taken_back(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=32&kernel=emboss")
    unfold(page, "#padding-menu")

    page.fill("#padding-cells", "65")
    page.press("#padding-cells", "Tab")

    expect(page.locator("#padding-cells")).to_have_value("1")
    expect(page.locator("#result-fact")).to_contain_text("32 × 32")
