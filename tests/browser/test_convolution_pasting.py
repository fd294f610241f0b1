"""What is pasted into the convolution room and dropped on it: matrices, pictures, and what is neither."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.clipboard import copy, drop, paste, spreadsheet
from tests.browser.conftest import Open
from tests.browser.reading import photograph, pixels, settle, unfold

pytestmark = pytest.mark.browser

CELL = "#kernel input >> nth=0"
PREWITT = [["-1", "0", "1"]] * 3
OPEN = "/convolve?kernel=emboss"


def _with_own(open_page: Open, tmp_path: Path, path: str = OPEN, **options: str) -> Page:
    """The page with a picture of one's own, which the browser keeps."""
    page = open_page(path, **options)
    page.set_input_files("#upload", photograph(tmp_path / "own.png"))
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")
    settle(page)
    return page


def _numbers(page: Page) -> list[str]:
    return page.locator("#kernel input").evaluate_all("cells => cells.map(({ value }) => value)")


def _is_kept(page: Page) -> None:
    """The picture is still one's own, also after a reload."""
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")


def _posts(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


@pytest.mark.parametrize("place", ["in a cell", "outside"])
def test_cells_of_a_spreadsheet_fill_the_grid_and_never_replace_the_picture(
    open_page: Open, tmp_path: Path, place: str
) -> None:
    page = _with_own(open_page, tmp_path)
    sent = _posts(page)
    if place == "in a cell":
        page.click(CELL)

    paste(page, **spreadsheet(PREWITT), picture=photograph(tmp_path / "cells.png", 30, 20))
    expect(page.locator("#kernel-pasted")).to_contain_text("3 × 3")
    settle(page)

    assert _numbers(page) == ["-1", "0", "1"] * 3
    assert not [url for url in sent if not url.endswith("/code")]
    expect(page.locator("#problem")).to_be_hidden()
    _is_kept(page)


def test_a_table_that_is_no_matrix_is_pasted_as_text_in_a_cell_and_offered_as_a_picture_outside(
    open_page: Open, tmp_path: Path
) -> None:
    page = _with_own(open_page, tmp_path)
    names = spreadsheet([["name", "age"], ["Ada", "36"]])
    shot = photograph(tmp_path / "cells.png", 30, 20)

    page.click(CELL)
    paste(page, **names, picture=shot)
    settle(page)
    assert "name" in _numbers(page)[0]
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")

    page.click("#result-title")
    paste(page, **names, picture=shot)
    expect(page.locator("#problem")).to_contain_text("Your picture stays")
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")
    page.click("#problem .linklike")
    expect(page.locator("#input-fact")).to_contain_text("30 × 20")
    expect(page.locator("#problem")).to_be_hidden()


SOURCES = {
    "tabs": "1\t2\n3\t4",
    "commas": "1,2\n3,4",
    "semicolons": "1;2\n3;4",
    "Python": "[[1, 2], [3, 4]]",
    "NumPy's print": "[[1 2]\n [3 4]]",
    "NumPy's repr": "array([[1., 2.],\n       [3., 4.]], dtype=float32)",
    "MATLAB": "A = [1 2; 3 4];",
    "LaTeX": "\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_matrix_from_each_source_fills_the_grid(open_page: Open, source: str) -> None:
    page = open_page(OPEN)
    page.click(CELL)

    paste(page, SOURCES[source])
    expect(page.locator("#kernel input")).to_have_count(4)

    assert _numbers(page) == ["1", "2", "3", "4"]
    assert page.evaluate("document.activeElement.closest('kernel-grid') !== null")


def test_decimal_commas_and_fractions_are_pasted_and_typed(open_page: Open) -> None:
    page = open_page(OPEN, locale="es-ES")
    page.click(CELL)

    paste(page, "0,5\t½\n50%\t–1")
    expect(page.locator("#kernel input")).to_have_count(4)
    page.fill("#kernel input >> nth=3", "1/4")
    page.click("#result-title")

    assert _numbers(page) == ["0,5", "0,5", "0,5", "0,25"]


@pytest.mark.parametrize(("rows", "columns"), [(1, 7), (7, 1), (7, 7), (2, 3)])
def test_grids_of_every_form_are_filled_and_say_their_size(open_page: Open, rows: int, columns: int) -> None:
    page = open_page(OPEN)

    paste(page, "\n".join("\t".join(["1"] * columns) for _ in range(rows)))
    expect(page.locator("#kernel input")).to_have_count(rows * columns)

    assert page.locator("#side option:checked").inner_text() == f"{rows} × {columns}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("way", ["button", "keys in the grid", "keys outside"])
def test_a_pasted_matrix_is_undone(open_page: Open, way: str) -> None:
    page = open_page(OPEN)
    before = _numbers(page)
    if way == "keys in the grid":
        page.click(CELL)

    paste(page, "[[1, 1], [1, 1]] / 4")
    expect(page.locator("#divisor")).to_have_value("4")
    page.click("#kernel-undo") if way == "button" else page.keyboard.press("Control+z")

    expect(page.locator("#kernel input")).to_have_count(9)
    assert _numbers(page) == before
    expect(page.locator("#divisor")).to_have_value("1")
    expect(page.locator("#kernel-pasted")).to_be_hidden()


def test_one_number_goes_into_its_cell(open_page: Open) -> None:
    page = open_page(OPEN)
    page.click("#kernel input >> nth=4")

    paste(page, "7\r\n")
    settle(page)

    assert _numbers(page)[4] == "7"
    assert len(_numbers(page)) == 9


def test_a_matrix_that_does_not_fit_is_told_beside_the_grid(open_page: Open) -> None:
    page = open_page(OPEN)
    before = _numbers(page)
    page.click(CELL)

    paste(page, "1 2 3\n4 5\n6 7 8")
    expect(page.locator("#kernel-hint")).to_contain_text("Row 2 of the pasted matrix has 2 numbers")

    assert _numbers(page) == before


def test_a_matrix_is_pasted_behind_a_step_that_is_no_kernel(open_page: Open) -> None:
    page = open_page('/convolve?steps=[{"kernel":"sobel-x"},{"type":"relu"}]&at=1')

    paste(page, "[[0, 1], [1, 0]]")
    expect(page.locator("#kernel input")).to_have_count(4)

    assert "at=2" in page.evaluate("location.search") or page.wait_for_url("**at=2**") is None
    page.click("#kernel-undo")
    expect(page.locator("#kernel")).to_be_hidden()


def test_a_picture_alone_is_pasted_beside_fields_and_not_in_one(open_page: Open, tmp_path: Path) -> None:
    page = _with_own(open_page, tmp_path)
    shot = photograph(tmp_path / "shot.png", 24, 18)

    page.click("#divisor")
    paste(page, picture=shot)
    expect(page.locator("#problem")).to_contain_text("the cursor is in a field")
    expect(page.locator("#input-fact")).to_contain_text("60 × 40")

    page.click("#result-title")
    paste(page, picture=shot)
    expect(page.locator("#input-fact")).to_contain_text("24 × 18")
    expect(page.locator("#problem")).to_be_hidden()


def test_a_picture_copied_in_a_browser_is_taken(open_page: Open, tmp_path: Path) -> None:
    page = open_page(OPEN)

    paste(page, html='<img src="https://example.org/a.png">', picture=photograph(tmp_path / "shot.png", 24, 18))

    expect(page.locator("#input-fact")).to_contain_text("24 × 18")


ADDRESS = "https://example.org/photo.jpg"
ANSWERS = {
    "address": ({"text_plain": ADDRESS, "text_uri_list": ADDRESS}, "address", "dirección"),
    "picture of another tab": (
        {"text_uri_list": ADDRESS, "text_html": f'<img src="{ADDRESS}">'},
        "address",
        "dirección",
    ),
    "text": ({"text_plain": "good morning"}, "text", "texto"),
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("what", ANSWERS)
def test_what_is_dropped_and_is_no_picture_is_answered(open_page: Open, what: str, language: str) -> None:
    kinds, english, spanish = ANSWERS[what]
    page = open_page(f"/convolve?lang={language}")
    sent = _posts(page)

    drop(page, "#drop", **kinds)

    expect(page.locator("#problem p")).to_contain_text(spanish if language == "es" else english)
    assert sent == []


def test_a_thumbnail_that_is_dragged_as_its_own_data_is_taken(open_page: Open, tmp_path: Path) -> None:
    page = open_page(OPEN)
    canvas = page.evaluate("Object.assign(document.createElement('canvas'), { width: 24, height: 18 }).toDataURL()")

    drop(page, "#drop", text_uri_list=canvas, text_plain=canvas, text_html=f'<img src="{canvas}">')

    expect(page.locator("#input-fact")).to_contain_text("24 × 18")


def test_of_several_files_the_first_picture_is_taken_and_that_is_said(open_page: Open, tmp_path: Path) -> None:
    page = open_page(OPEN)
    notes = tmp_path / "notes.txt"
    notes.write_text("nothing to see")
    files = [notes, photograph(tmp_path / "one.png", 24, 18), photograph(tmp_path / "two.png", 30, 20)]

    drop(page, "#drop", files=files)
    expect(page.locator("#input-fact")).to_contain_text("24 × 18")

    expect(page.locator("#problem p")).to_contain_text("3 files came")


def test_a_folder_is_answered(open_page: Open, tmp_path: Path) -> None:
    page = _with_own(open_page, tmp_path)
    (tmp_path / "folder").mkdir()
    photograph(tmp_path / "folder" / "one.png", 24, 18)

    drop(page, "#drop", files=[tmp_path / "folder"])

    expect(page.locator("#problem p")).to_contain_text("folder")
    _is_kept(page)


def test_a_matrix_is_dropped_and_a_text_dragged_to_a_cell_stays_the_cells_own(open_page: Open) -> None:
    page = open_page(OPEN)

    drop(page, "#drop", text_plain="[[1, 2], [3, 4]]")

    expect(page.locator("#kernel input")).to_have_count(4)
    assert _numbers(page) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("room", ["/classify", "/train"])
def test_pastes_and_drops_are_answered_in_every_room(open_page: Open, tmp_path: Path, room: str) -> None:
    page = open_page(room)
    sent = _posts(page)
    page.wait_for_timeout(1500)
    sent.clear()

    drop(page, "#drop", text_plain="good morning")
    expect(page.locator("#problem p")).to_contain_text("a text")
    page.evaluate("document.activeElement.blur()")
    paste(page, **spreadsheet(PREWITT), picture=photograph(tmp_path / "cells.png", 30, 20))
    expect(page.locator("#problem p")).to_contain_text("Your picture stays")

    assert sent == []


def test_the_result_is_that_of_the_pasted_kernel(open_page: Open) -> None:
    page = open_page("/convolve?kernel=identity&color=gray")
    plain = pixels(page).astype(int)

    copy(page, "[[0, 0, 0], [0, 2, 0], [0, 0, 0]]")
    page.keyboard.press("Control+v")
    expect(page.locator("#kernel-pasted")).to_be_visible()
    unfold(page, "#display-menu")
    page.check("[name=display][value=clip]", force=True)
    settle(page)

    np.testing.assert_array_equal(pixels(page), np.minimum(2 * plain, 255))


def test_a_spreadsheets_own_numbers_are_read_where_it_shows_rounded_ones(open_page: Open) -> None:
    page = open_page(OPEN)
    rows = '<tr><td x:num="0.1111">0.11</td><td sdval="-0.25">-0.3</td></tr><tr><td>1</td><td>&nbsp;</td></tr>'

    cells = page.evaluate(
        "html => import('/static/js/rooms/transfers.js').then(({ tableIn }) => tableIn(html))", f"<table>{rows}</table>"
    )

    assert cells == [["0.1111", "-0.25"], ["1", ""]]


def test_undo_takes_back_the_matrix_and_no_other_step(open_page: Open) -> None:
    page = open_page('/convolve?steps=[{"kernel":"sobel-x"},{"kernel":"emboss"}]&at=0')
    unfold(page, "#chain-row")
    paste(page, "[[0, 1], [1, 0]]")
    expect(page.locator("#kernel input")).to_have_count(4)
    settle(page)

    page.click("#chain li:nth-child(3) .tile")
    expect(page.locator("#kernel-pasted")).to_be_hidden()
    page.fill("#offset", "7")
    settle(page)
    page.click("#chain li:nth-child(2) .tile")
    page.click("#kernel-undo")

    expect(page.locator("#kernel-name")).to_have_value("sobel-x")
    page.wait_for_url("**offset*7**")
