"""What the pages are told over HTTP, in the visitor's language."""

import json
import re
from typing import Any

from starlette.testclient import TestClient

from app.core.networks.networks import TYPES


def rows(client: TestClient, language: str) -> dict[str, Any]:
    """What is told of each type."""
    told = client.get("/api/layers", headers={"Accept-Language": language}).json()
    return {row["type"]: row for row in told["types"]}


def test_every_type_of_layer_is_told(client: TestClient) -> None:
    told = rows(client, "en")

    assert list(told) == list(TYPES)
    assert told["dense"]["parameters"] == ["*", "units", ["+", "channels", "use_bias"]]


def test_words_follow_the_language_and_arithmetic_does_not(client: TestClient) -> None:
    english, spanish = rows(client, "en"), rows(client, "es")

    assert (english["residual"]["title"], spanish["residual"]["title"]) == ("residual block", "bloque residual")
    assert [row["parameters"] for row in english.values()] == [row["parameters"] for row in spanish.values()]


def test_every_field_of_a_training_is_told(client: TestClient) -> None:
    told = client.get("/api/hyperparameters").json()["hyperparameters"]

    rates = next(field for field in told if field["name"] == "learning_rate")
    assert rates == {
        "name": "learning_rate", "default": 1e-4, "changes_pace": False, "kind": "number", "low": 0, "high": 1e4,
    }  # fmt: skip


def test_every_noun_is_told_with_its_group(client: TestClient) -> None:
    told = client.get("/api/nouns", headers={"Accept-Language": "es"}).json()["nouns"]

    rows = {row["label"]: row for row in told}
    assert rows["Labrador retriever"] == {"label": "Labrador retriever", "name": "labrador", "group": "retriever"}
    assert rows["animal"] == {"label": "animal", "name": "animal", "group": None}


def test_the_pages_hold_what_is_told(client: TestClient) -> None:
    pages = {path: client.get(path, headers={"Accept-Language": "es"}).text for path in ("/train", "/classify")}

    for page in pages.values():
        held = json.loads(re.findall(r'<script type="application/json" id="told">(.+?)</script>', page)[0])
        assert held["layers"] == client.get("/api/layers", headers={"Accept-Language": "es"}).json()
        assert held["names"]["cat"] == "gato"
        assert "Labrador retriever" not in held["names"]  # its network's card says it
        assert held["hyperparameters"] == client.get("/api/hyperparameters").json()["hyperparameters"]
