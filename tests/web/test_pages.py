"""The pages as they are sent; what they do is in tests/browser."""

import re

import pytest
from starlette.testclient import TestClient

from app.web.rooms import ROOMS


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_is_whole_and_its_files_are_there(client: TestClient, language: str) -> None:
    page = client.get(f"/convolve?lang={language}").text

    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(files) > 10
    for file in files:
        assert client.get(file).status_code == 200, file
    assert not re.search(r"<script>|<style>| style=| on\w+=", page)


def test_home_is_the_first_room(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (307, "http://localhost/convolve")


def test_every_room_has_its_page_and_each_leads_to_all(client: TestClient) -> None:
    for room in ROOMS:
        page = client.get(f"{room.path}?lang=en").text
        links = re.findall(r'<li><a href="(/[a-z]+)" (aria-current="page")?>([^<]+)</a></li>', page)

        assert [(path, title) for path, _, title in links] == [(other.path, other.title) for other in ROOMS]
        assert [path for path, is_here, _ in links if is_here] == [room.path]


def test_what_an_address_says_is_never_taken_as_markup(client: TestClient) -> None:
    page = client.get("/convolve?kernel=<script>alert(1)</script>&lang=<b>").text

    assert "alert(1)" not in page
