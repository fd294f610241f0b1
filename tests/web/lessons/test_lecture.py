"""docs/lecture.md, the table from slides to chapters and exhibits, walked in both languages."""

import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.core.lessons.chapters import CHAPTERS

TABLE = (Path(__file__).parents[3] / "docs/lecture.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| `(/lessons/(\d)#([a-z-]+))` \| `(/[a-z]+\?[^`]+)` \|$", re.MULTILINE)
ROWS = ROW.findall(TABLE)
DECK = (  # the headings of the lecture's deck, a slide each
    "Deep Learning", "De un vistazo", "Introducción a las redes convolucionales", "La convolución", "La convolución",
    "La convolución", "Redes neuronales convolucionales", "Redes neuronales convolucionales",
    "Redes neuronales convolucionales", "Redes neuronales convolucionales", "Tipos de capas",
    "Implementación de CNNs en Keras", "Preparación de los datos de entrada", "Overfitting y regularización",
    "Regularización",
)  # fmt: skip


def test_every_slide_is_in_the_table() -> None:
    slides = {int(slide): title for slide, title, *_ in ROWS}

    assert len(ROWS) == TABLE.count("| `/lessons/")
    assert list(slides) == list(range(1, len(DECK) + 1))
    assert all(slides[number].startswith(heading) for number, heading in enumerate(DECK, 1))


def test_every_card_with_an_exhibit_is_of_a_slide() -> None:
    cards = {f"/lessons/{chapter.number}#{card.name}" for chapter in CHAPTERS for card in chapter.cards if card.state}

    assert {place for _, _, place, *_ in ROWS} == cards


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[3]}-{row[4]}")
def test_a_slides_chapter_and_exhibit_are_there(client: TestClient, row: tuple[str, ...], language: str) -> None:
    _, _, _, number, card, exhibit = row

    page = unescape(client.get(f"/lessons/{number}?lang={language}").text)

    assert f'id="{card}" data-state="{exhibit}"' in page
    assert client.get(exhibit, params=None, headers={"Accept-Language": language}).status_code == 200
