"""What the page's own arithmetic is held to is still what the core works out: networks, and learning rates."""

import json
from pathlib import Path

import pytest

from app.core.errors import InvalidNetwork
from app.core.networks.networks import parse_network
from app.core.networks.reports import Limits
from tests.vectors import make_schedules
from tests.vectors.make_networks import place

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "networks.json").read_text("utf-8"))
SCHEDULES = json.loads((Path(__file__).parents[2] / "vectors" / "schedules.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_report_is_the_one_that_the_page_gives(case: dict) -> None:
    network = parse_network(case["network"], Limits(**VECTORS["limits"]))

    assert network.report.describe() == case["report"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_what_the_page_refuses_is_refused_at_the_same_layer(case: dict) -> None:
    with pytest.raises(InvalidNetwork):
        parse_network(case["network"], Limits(**VECTORS["limits"]))

    assert place(case["network"]) == case["place"]


def test_learning_rates_are_those_that_the_page_draws() -> None:
    made = make_schedules.make()

    assert made == SCHEDULES
