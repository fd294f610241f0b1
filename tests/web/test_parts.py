"""What an address may leave out of a room (`hide=`) or fix (`fix=`): marked in the page as it arrives."""

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from app.core.errors import InvalidValue
from app.core.states import State
from app.web.addresses import OF_PARTS
from app.web.rooms import ROOMS, Room, read_state

EVERYWHERE = {"header", "rows", "door", "footer"}


class Marks(HTMLParser):
    """The elements of a page that belong to parts, by the names of these."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.parts: list[tuple[set[str], dict[str, str | None]]] = []
        self.root: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "html":
            self.root = attributes
        if "data-part" in attributes:
            self.parts.append((set((attributes["data-part"] or "").split()), attributes))

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for names, attributes in self.parts if name in names]


def marks(client: TestClient, path: str) -> Marks:
    answer = client.get(path)
    assert answer.status_code == 200
    return Marks(answer.text)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_parts_that_a_page_marks_are_those_of_the_table(client: TestClient, room: Room) -> None:
    marked = {name for names, _ in marks(client, room.path).parts for name in names}

    assert marked == {part.name for part in room.parts}
    assert marked > EVERYWHERE


@pytest.mark.parametrize("field", OF_PARTS)
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_part_is_left_out_or_fixed_by_its_name(client: TestClient, room: Room, field: str) -> None:
    mark = {"hide": "data-hidden", "fix": "data-fixed"}[field]
    for part in room.parts:
        found = marks(client, f"{room.path}?{field}={part.name}")

        assert any(mark in attributes for attributes in found.of(part.name)) == part.allows(field), part.name
        assert not any(mark in attributes for names, attributes in found.parts if part.name not in names)
        assert found.root.get(f"data-{field}") == (part.name if part.allows(field) else None)


def test_a_bare_address_leaves_nothing_out(client: TestClient) -> None:
    for room in ROOMS:
        page = client.get(room.path).text

        assert " data-hidden" not in page
        assert " data-fixed" not in page


def test_what_is_fixed_is_called_disabled_and_says_why_in_the_visitors_language(client: TestClient) -> None:
    found = marks(client, "/convolve?fix=kernel&lang=es").of("kernel")

    fixed = [attributes for attributes in found if "data-fixed" in attributes]
    assert {attributes["aria-disabled"] for attributes in fixed} == {"true"}
    assert {attributes["title"] for attributes in fixed} == {"Fijado por el enlace que abrió esta página"}


def test_unknown_names_are_ignored_and_never_written_into_the_page(client: TestClient) -> None:
    found = marks(client, '/convolve?hide=rows,kitchen,"><script>alert(1)</script>&fix=header')

    assert found.root["data-hide"] == "rows"
    assert "data-fix" not in found.root
    assert "alert(1)" not in client.get('/convolve?hide="><script>alert(1)</script>').text


def test_other_pages_have_no_parts_to_leave_out(client: TestClient) -> None:
    for path in ("/?hide=header", "/api/docs?hide=header"):
        assert " data-hidden" not in client.get(path).text


@pytest.mark.parametrize(("query", "field"), [
    ("hide=kitchen", "hide"), ("hide=rows,", "hide"), ("hide=", "hide"), ("hide=window", "hide"), ("fix=rows", "fix"),
])  # fmt: skip
def test_a_state_that_names_other_parts_is_refused(query: str, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read_state(State("convolution", "wrong", f"kernel=sobel-x&{query}", "", ""))

    assert refusal.value.field == field


def test_a_state_may_show_a_part_of_a_room() -> None:
    query = "kernel=sobel-x&hide=header,rows,door,footer&fix=kernel,window"

    assert read_state(State("convolution", "part", query, "", ""))["sample"]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_sheet_that_shares_offers_each_part_by_a_box(client: TestClient, room: Room) -> None:
    page = client.get(room.path).text

    for field in OF_PARTS:
        offered = re.findall(rf'<input type="checkbox" name="{field}" value="([a-z]+)"', page)
        assert offered == [part.name for part in room.parts if part.allows(field)]


def test_codes_and_short_addresses_go_along_with_parts(client: TestClient) -> None:
    short = client.get("/s/mouse-back?hide=header,rows&fix=kernel", follow_redirects=False)
    code = client.get("/api/qr", params={"path": "/s/mouse-back?hide=header,rows&fix=kernel"})

    assert short.headers["location"].endswith("&hide=header,rows&fix=kernel")
    assert code.status_code == 200
