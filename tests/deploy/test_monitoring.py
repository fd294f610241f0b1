"""deploy/grafana and deploy/prometheus ask for nothing that the app does not export, and add up nothing twice."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from app.web.training.run_metrics import DATABASE
from tests.web.logged_runs import quiet_client

DEPLOY = Path(__file__).parents[2] / "deploy"
BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/playground.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text("utf-8"))["groups"][0][
    "rules"
]
EXPRESSIONS = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]] + [
    rule["expr"] for rule in RULES
]
METRIC = re.compile(r"\b(?:playground|http|process)_\w+\b")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Metric]:
    """Each name that can be asked for, with what it is of. Linux tells of processes; other systems tell less."""
    with quiet_client(tmp_path_factory.mktemp("data")) as client:
        client.get("/healthz"), client.get("/api/limits")
        told = client.get("/metrics").text
    return {sample.name: family for family in text_string_to_metric_families(told) for sample in family.samples}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_for_is_exported(expression: str, exported: dict[str, Metric]) -> None:
    names = METRIC.findall(expression)

    assert names
    assert [name for name in names if name not in exported] == []


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_each_server_tells_of_the_database_is_not_added_up(expression: str, exported: dict[str, Metric]) -> None:
    for name in METRIC.findall(expression):
        added = re.search(rf"(sum|rate|increase)[^()]*\({name}\b", expression)
        assert not (exported[name].documentation.endswith(DATABASE) and added), name
        if exported[name].documentation.endswith(DATABASE):
            assert re.search(rf"max(?: by \(\w+\))? ?\({name}\b", expression), name


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_counters_are_asked_for_their_rise(expression: str, exported: dict[str, Metric]) -> None:
    for name in METRIC.findall(expression):
        if exported[name].type in ("counter", "histogram"):
            assert re.search(rf"(rate|increase)\({name}(\{{[^}}]*\}})?\[\d+m\]\)", expression), name


def test_panels_lie_beside_each_other() -> None:
    def cells(panel: dict[str, Any]) -> Iterator[tuple[int, int]]:
        at = panel["gridPos"]
        yield from ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"]))

    taken = [cell for panel in BOARD["panels"] for cell in cells(panel)]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_every_alert_says_what_is_wrong_and_how_urgent_it_is() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
