"""What the comparison of two checkouts takes for a difference, and what not."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scripts.compare.differences import differences, fields, pixels
from scripts.compare.gathering import ANSWERS, DAY, settled
from scripts.compare.report import save, write_lines
from scripts.compare.states import ALL_VIEWS, STATES, VIEWS


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two gathered folders that show and answer the same."""
    for folder in (tmp_path / "before", tmp_path / "after"):
        folder.mkdir()
        _answer(folder, {"GET /a": {"status": 200, "content": {"x": [1, 2.5]}}})
        Image.new("RGB", (6, 4)).save(folder / "page.en-light-1280.png")
    return tmp_path / "before", tmp_path / "after"


def _answer(folder: Path, answers: dict[str, Any]) -> None:
    (folder / ANSWERS).write_text(json.dumps(answers), "utf-8")


def test_the_same_is_no_difference(pair: tuple[Path, Path]) -> None:
    assert differences(*pair) == []


def test_a_pixel_is_told_with_its_place(pair: tuple[Path, Path]) -> None:
    changed = Image.new("RGB", (6, 4))
    changed.putpixel((2, 1), (0, 7, 0))
    changed.save(pair[1] / "page.en-light-1280.png")

    (difference,) = differences(*pair)

    assert difference.told == ["1 pixels differ, by 7 levels at most, within (2, 1, 3, 2)"]
    assert difference.is_picture


def test_a_page_that_grew_is_told() -> None:
    assert pixels(Image.new("RGB", (6, 4)), Image.new("RGB", (6, 5))) == ["size (6, 4) became (6, 5)"]


def test_a_missing_picture_is_told(pair: tuple[Path, Path]) -> None:
    (pair[1] / "page.en-light-1280.png").unlink()

    assert [difference.told for difference in differences(*pair)] == [["missing after"]]


def test_an_answer_is_told_by_field_with_both_values(pair: tuple[Path, Path]) -> None:
    _answer(pair[1], {"GET /a": {"status": 200, "content": {"x": [1, 2.0], "y": None}}, "GET /b": {"status": 404}})

    lines = write_lines(differences(*pair))

    assert lines.splitlines() == [
        "GET /a",
        "  .content.x[1]: 2.5 became 2.0",
        "  .content.y: nothing became null",
        "GET /b",
        '  all: nothing became {"status": 404}',
    ]


def test_a_whole_number_is_not_its_float() -> None:
    assert list(fields({"x": 1}, {"x": 1.0})) == [".x: 1 became 1.0"]


def test_times_and_dates_are_made_alike() -> None:
    told = '{"seconds":0.21,"busy":true,"created_at":"2026-11-29T21:00:00.5Z","ended_at":null,"epochs":3}'

    assert json.loads(settled(told)) == {
        "seconds": 1, "busy": 1, "created_at": DAY, "ended_at": None, "epochs": 3
    }  # fmt: skip


def test_steps_go_and_epochs_stay_in_a_stream() -> None:
    stream = 'event: step\ndata: {}\nid: 1\n\nevent: epoch\ndata: {"epoch":1}\nid: 2\n\n'

    assert settled(stream) == 'event: epoch\ndata: {"epoch":1}\nid: 2\n\n'


def test_of_the_moments_of_a_stream_the_first_and_the_last_stay() -> None:
    moments = [f"event: snapshot\ndata: {number}\nid: {number}\n\n" for number in range(4)]

    assert settled("".join(moments)) == moments[0] + moments[3]


def test_the_report_shows_pictures_side_by_side(pair: tuple[Path, Path]) -> None:
    (pair[1] / "page.en-light-1280.png").unlink()

    save(differences(*pair), "1 differs", pair[0].parent)

    page = (pair[0].parent / "report.html").read_text("utf-8")
    assert 'src="before/page.en-light-1280.png"' in page
    assert 'src="after/page.en-light-1280.png"' in page


def test_each_state_is_shown_in_every_language_theme_and_width() -> None:
    assert len({state.name for state in STATES}) == len(STATES)
    for part in ("language", "theme", "width"):
        assert {getattr(view, part) for view in VIEWS} == {getattr(view, part) for view in ALL_VIEWS}
