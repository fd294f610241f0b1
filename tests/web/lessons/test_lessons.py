"""The lecture's pages and its JSON, as they are sent."""

import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.lessons.chapters import CHAPTERS
from app.core.lessons.glossary import terms
from app.core.lessons.lessons import tell
from app.core.questions.kinds import QUESTION_KINDS
from app.web.rooms import ROOMS, read_state
from tests.web.conftest import problem

BOTH = pytest.mark.parametrize("language", ["en", "es"])
NUMBERS = pytest.mark.parametrize("number", [chapter.number for chapter in CHAPTERS])
STATES = [(chapter.number, card.state) for chapter in CHAPTERS for card in chapter.cards if card.state]
PATHS = {room.name: room.path for room in ROOMS}


@BOTH
@NUMBERS
def test_a_chapter_is_a_page_of_its_cards(client: TestClient, language: str, number: int) -> None:
    answer = client.get(f"/lessons/{number}?lang={language}")

    page = answer.text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert [name for name in ids if name in {card.name for card in CHAPTERS[number - 1].cards}] == [
        card.name for card in CHAPTERS[number - 1].cards
    ]
    assert len(set(ids)) == len(ids)
    assert re.findall(r'aria-current="page">(\d)<', page) == [str(number)]
    assert not re.search(r"<script>|<style>| style=| on\w+=", page)
    assert set(re.findall(r'popovertarget="(term-[^"]+)"', page)) == {one for one in ids if one.startswith("term-")}


@BOTH
@NUMBERS
def test_each_card_names_the_state_beside_it(client: TestClient, language: str, number: int) -> None:
    page = client.get(f"/lessons/{number}?lang={language}").text

    states = [unescape(address) for address in re.findall(r'data-state="([^"]+)"', page)]

    assert states == [f"{PATHS[state.room]}?{state.query}" for of, state in STATES if of == number]
    assert all(f'<a href="{address}">' in unescape(page) for address in states)


@pytest.mark.parametrize(("number", "state"), STATES, ids=lambda value: getattr(value, "name", value))
def test_a_cards_state_can_be_shown_by_a_fresh_server(client: TestClient, number: int, state: Any) -> None:
    assert read_state(state)
    assert client.get(f"{PATHS[state.room]}?{state.query}").status_code == 200


def test_cards_ask_every_kind_of_question_that_there_is() -> None:
    asked = {kind for chapter in CHAPTERS for card in chapter.cards for kind in card.questions}

    assert asked == set(QUESTION_KINDS)


def test_a_card_asks_its_questions_and_says_where_ones_photo_may_be_shown(client: TestClient) -> None:
    page = client.get("/lessons/3?lang=en").text

    cards = re.findall(r'<li class="lesson-card" id="([a-z-]+)"([^>]*)>(.*?)</li>', page, re.DOTALL)
    kinds = {name: re.findall(r'<question-card class="step" kind="([a-z-]+)"', inside) for name, _, inside in cards}
    assert kinds["lower"] == ["pixel"]
    assert kinds["head"] == []
    assert [name for name, head, _ in cards if "data-photo" in head] == [
        "photo", "border", "padding", "stride", "formula",
    ]  # fmt: skip


def test_a_card_whose_network_is_not_set_up_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.lessons.lessons.CARD", "no-such-file")

    left = [card.name for card in tell(CHAPTERS[0], "en").cards]

    assert left == ["numbers", "road"]


@BOTH
def test_the_list_and_the_glossary_lead_everywhere(client: TestClient, language: str) -> None:
    listed = client.get(f"/lessons?lang={language}").text
    glossary = client.get(f"/lessons/glossary?lang={language}").text

    assert re.findall(r'<li><a href="(/lessons/\d)"><span', listed) == [f"/lessons/{c.number}" for c in CHAPTERS]
    assert re.findall(r'<div id="([^"]+)"><dt>', glossary) == [term.name for term in terms(language)]
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', listed + glossary):
        assert client.get(file).status_code == 200, file


@pytest.mark.parametrize("number", ["0", "9", "03", "x", "²"])
def test_there_is_no_other_chapter(client: TestClient, number: str) -> None:
    assert problem(client.get(f"/lessons/{number}"), 404)["field"] == "number"
    assert problem(client.get(f"/api/lessons/{number}"), 404)["field"] == "number"


@BOTH
def test_chapters_are_told_as_json(client: TestClient, language: str) -> None:
    headers = {"Accept-Language": language}

    told = client.get("/api/lessons", headers=headers).json()["lessons"]
    chapter = client.get("/api/lessons/3", headers=headers).json()

    assert [one["number"] for one in told] == [one.number for one in CHAPTERS]
    assert (chapter["title"], chapter["idea"]) == (told[2]["title"], told[2]["idea"])
    assert [card["name"] for card in chapter["cards"]] == told[2]["cards"]
    assert chapter["cards"][0]["address"] == "/convolve?sample=mouse&kernel=curve&view=stretch&x=15&y=33"
    assert {"es": ">6600<", "en": ">6,600<"}[language] in chapter["cards"][0]["html"]
    assert chapter["cards"][2]["questions"] == ["pixel"]
