"""Every prepared state can be shown, found out without a browser; what cannot is refused with the field at fault."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.errors import InvalidValue
from app.core.states import State
from app.web.rooms import ROOMS, read_state
from scripts.screenshot import STATES
from tests.vectors.make_grammar import PLACE, told

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/addresses.json").read_text("utf-8"))
GRAMMARS = {room.name: room.grammar for room in ROOMS}
PREPARED = [state for room in ROOMS for state in room.states()]
LINK = re.compile(r"http://localhost:8000(/[a-z]+\?[^)\s#]+)")
SMALL = {"input": [1, 8, 8], "classes": 10, "layers": [{"type": "flatten"}, {"type": "dense", "units": 10}]}
DEEP = [{"type": "conv2d", "filters": 4, "kernel_size": 3}] * 5 + [{"type": "flatten"}, {"type": "dense", "units": 10}]


@pytest.mark.parametrize("state", PREPARED, ids=lambda state: f"{state.room}-{state.name}")
def test_a_prepared_state_can_be_shown(state: State) -> None:
    values = read_state(state)

    assert set(values) == {field.name for field in GRAMMARS[state.room].fields}
    assert state.title
    assert state.sentence.endswith(".")


def test_what_the_shipped_networks_have_can_be_shown() -> None:
    query = "model=explain&layer=conv2d_1&channel=15&x=31&y=0&label=cat&implant=conv2d_1,15,sobel-x"

    assert read_state(State("classification", "inside", query, "", ""))["channel"] == 15


def test_prepared_states_have_a_name_each_and_lie_in_their_room() -> None:
    for room in ROOMS:
        names = [state.name for state in room.states()]

        assert {state.room for state in room.states()} <= {room.name}
        assert len(set(names)) == len(names)
    assert len(PREPARED) > 20


@pytest.mark.parametrize("link", [*LINK.findall((ROOT / "README.md").read_text("utf-8")), *STATES.values()])
def test_a_link_of_the_readme_and_its_pictures_can_be_shown(link: str) -> None:
    room = next(room for room in ROOMS if room.path == urlsplit(link).path)

    values = read_state(State(room.name, "link", urlsplit(link).query, "", ""))

    assert values["sample"] == parse_qs(urlsplit(link).query).get("sample", [values["sample"]])[0]


@pytest.mark.parametrize(("room", "query", "field"), [
    ("kitchen", "sample=cat", "room"),
    ("convolution", "sample=no-such", "sample"),
    ("convolution", "sample=own", "sample"),
    ("convolution", "kernel=sobel-x&at=1", "at"),
    ("convolution", "kernel=sobel-x&zoom=2", "zoom"),
    ("convolution", 'kernel=sobel-x&steps=[{"type":"relu"}]', "steps"),
    ("convolution", f"steps={json.dumps([{'type': 'relu'}] * 17)}", "steps"),
    ("classification", "implant=conv2d_1,0,no-such", "implant"),
    ("classification", "implant=relu_1,0,sobel-x", "implant"),
    ("classification", "implant=conv2d_1,16,sobel-x", "implant"),
    ("classification", "model=no-such", "model"),
    ("classification", "layer=conv2d_99", "layer"),
    ("classification", "layer=conv2d_1&channel=16", "channel"),
    ("classification", "layer=conv2d_1&x=32&y=0", "x"),
    ("classification", "model=digits&label=cat", "label"),
    ("classification", "change=angle:400", "change"),
    ("training", "dataset=no-such", "dataset"),
    ("training", "network=no-such", "network"),
    ("training", f"dataset=digits&network={json.dumps(SMALL | {'layers': DEEP})}", "network"),
    ("training", f"dataset=shapes&network={json.dumps(SMALL)}", "network"),
    ("training", 'dataset=digits&training={"whiten":0.5}', None),
    ("training", "run=0123456789abcdef", "run"),
])  # fmt: skip
def test_a_state_that_no_server_could_show_is_refused(room: str, query: str, field: str | None) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read_state(State(room, "wrong", query, "", ""))

    if field:
        assert refusal.value.field == field


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: f"{case['room']} {case['query']}")
def test_an_address_is_read_as_the_page_reads_it(case: dict[str, str]) -> None:
    grammar = GRAMMARS[case["room"]]

    assert grammar.read(case["query"]) == grammar.read("") | case["values"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: f"{case['room']} {case['query']}")
def test_what_the_page_would_not_take_is_refused_with_its_field(case: dict[str, str]) -> None:
    with pytest.raises(InvalidValue) as refusal:
        GRAMMARS[case["room"]].read(case["query"])

    assert refusal.value.field == case["field"]


def test_the_tests_of_the_scripts_know_what_the_pages_are_told() -> None:
    assert PLACE.read_text("utf-8") == told()
