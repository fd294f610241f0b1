"""The pages as they are sent; what they do is in tests/browser."""

import json
import re

import pytest
from starlette.testclient import TestClient

from app.core.pictures.samples import SAMPLES
from app.web.rooms import ROOMS


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_is_whole_and_its_files_are_there(client: TestClient, language: str) -> None:
    page = client.get(f"/convolve?lang={language}").text

    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(files) > 10
    for file in files:
        assert client.get(file).status_code == 200, file
    assert not re.search(r"<script>|<style>| style=| on\w+=", page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_front_page_leads_to_all_rooms_and_is_none(client: TestClient, language: str) -> None:
    page = client.get(f"/?lang={language}", follow_redirects=False)

    assert page.status_code == 200
    links = re.findall(r'<li><a href="(/[a-z]+)" (aria-current="page")?>', page.text)
    assert links == [(room.path, "") for room in ROOMS]


def test_the_front_page_ends_with_the_lecture_experiments_and_for_the_teacher_alone_the_board(
    client: TestClient,
) -> None:
    footer = re.compile(r"<footer.*?</footer>", re.DOTALL)
    ways = re.compile(r'href="([^"]+)">([^<]+)</a>')
    pupils = ways.findall(footer.findall(client.get("/?lang=en").text)[0])

    client.get("/teacher", params={"key": client.app.state.signatures.teacher_key})  # type: ignore[attr-defined]
    teachers = ways.findall(footer.findall(client.get("/?lang=en").text)[0])

    assert pupils == [("/lessons", "Lecture"), ("/train?tab=experiments", "Experiments"), ("/api/docs", "API")]
    own = [("/board", "For teachers"), ("/class", "Ask the class")]
    assert teachers == [*pupils[:2], *own, pupils[2]]
    assert all(client.get(address).status_code == 200 for address, _ in teachers)


def test_the_front_page_is_told_kernels_whose_nine_products_add_up(client: TestClient) -> None:
    told = json.loads(re.search(r'id="told">(.+?)</script>', client.get("/").text)[1])["front"]  # type: ignore[index]

    for kernel in told["walking"]:
        assert (len(kernel["matrix"]), len(kernel["matrix"][0]), kernel["divisor"]) == (3, 3, 1)
    assert told["sample"] in SAMPLES


def test_every_room_has_its_page_and_each_leads_to_all(client: TestClient) -> None:
    for room in ROOMS:
        page = client.get(f"{room.path}?lang=en").text
        links = re.findall(r'<li><a href="(/[a-z]+)" (aria-current="page")?>([^<]+)</a></li>', page)

        assert [(path, title) for path, _, title in links] == [(other.path, other.title) for other in ROOMS]
        assert [path for path, is_here, _ in links if is_here] == [room.path]


def test_what_an_address_says_is_never_taken_as_markup(client: TestClient) -> None:
    page = client.get("/convolve?kernel=<script>alert(1)</script>&lang=<b>").text

    assert "alert(1)" not in page
