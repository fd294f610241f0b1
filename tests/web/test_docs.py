"""The API's documentation, from our own files and without inline scripts."""

import importlib
import pkgutil
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.testclient import TestClient

import app.web
from app.main import PARTS, create_app
from app.web.docs import describe_in

CONTRACT = {
    ("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"), ("get", "/api/limits"), ("get", "/api/kernels"),
    ("post", "/api/convolutions"), ("post", "/api/convolutions/pixel"), ("post", "/api/kernel-fits"),
}  # fmt: skip
ADDRESS = "/api/openapi.json"
NOT_SAID = ("default", "enum", "const", "example", "examples", "pattern")  # what is sent, whatever the language
NAME = "Convolution Playground"


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict[str, Any]:
    return client.get(f"{ADDRESS}?lang=en").json()


def sentences(part: Any) -> set[str]:
    """Every text of several words in a document, wherever it stands, but for what is sent and answered."""
    match part:
        case dict():
            return set().union(*(sentences(value) for key, value in part.items() if key not in NOT_SAID))
        case list():
            return set().union(*map(sentences, part))
        case str() if " " in part:
            return {part}
    return set()


def untranslated(described: FastAPI, language: str) -> set[str]:
    """What both documents say."""
    return sentences(describe_in(described, language)) & sentences(describe_in(described, "en"))


def test_in_spanish_nothing_is_said_in_english() -> None:
    described = create_app()

    assert len(sentences(describe_in(described, "es"))) > 200
    assert untranslated(described, "es") == {NAME}


def test_a_sentence_without_a_translation_is_found() -> None:
    described = create_app()

    @described.get("/api/planted")
    def plant() -> None:
        """Nobody has translated this."""

    assert untranslated(described, "es") == {NAME, "Nobody has translated this."}


def test_the_same_calls_fields_and_words_are_described_in_both_languages(client: TestClient) -> None:
    english, spanish = (client.get(f"{ADDRESS}?lang={language}").json() for language in ("en", "es"))

    assert keys(spanish) == keys(english)
    assert spanish["paths"]["/api/kernels"]["get"]["tags"] == ["convolución"]
    form = spanish["components"]["schemas"]["ConvolutionForm"]["properties"]
    assert form["padding"]["description"].startswith("Cuánto sobresalen")


def keys(part: Any) -> Any:
    """A document's shape: its names and what is sent, without what is said."""
    if isinstance(part, list):
        return [keys(one) for one in part]
    if not isinstance(part, dict):
        return part
    said = {"summary", "description", "tags", "title"}
    return {key: keys(value) for key, value in part.items() if not (key in said and isinstance(value, str | list))}


def test_the_description_is_in_the_language_that_is_asked_for_and_the_english_one_is_fastapis(
    client: TestClient,
) -> None:
    client.cookies.clear()
    english = JSONResponse(create_app().openapi()).body

    asked = {wish: client.get(ADDRESS, headers={"Accept-Language": wish}) for wish in ("es-MX, en;q=0.5", "en", "fr")}
    linked = client.get(f"{ADDRESS}?lang=es", headers={"Accept-Language": "en"})

    assert [answer.headers["Content-Language"] for answer in asked.values()] == ["es", "en", "en"]
    assert asked["en"].content == asked["fr"].content == english
    assert linked.content == asked["es-MX, en;q=0.5"].content != english
    assert all(answer.headers["Vary"].startswith("Accept-Language, Cookie") for answer in (*asked.values(), linked))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_asks_for_the_description_in_its_own_language(client: TestClient, language: str) -> None:
    assert f'data-openapi="{ADDRESS}?lang={language}"' in client.get(f"/api/docs?lang={language}").text


def test_every_call_of_the_contract_is_described(schema: dict[str, Any]) -> None:
    calls = {(method, path) for path, methods in schema["paths"].items() for method in methods}

    assert calls >= CONTRACT
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            assert call.get("description") or path == "/metrics", (method, path)


def test_the_routes_of_every_file_are_those_of_the_app() -> None:
    files = {found.name for found in pkgutil.walk_packages(app.web.__path__, "app.web.")}

    routers = {name for name in files if hasattr(importlib.import_module(name), "router")}

    assert routers == {part.__name__ for part in PARTS}


def test_calls_name_their_problems(schema: dict[str, Any]) -> None:
    responses = schema["paths"]["/api/convolutions"]["post"]["responses"]

    assert {"413", "415", "422"} <= set(responses)
    for status in ("413", "415", "422"):
        assert set(responses[status]["content"]) == {"application/problem+json"}


def test_the_page_loads_only_our_own_files(client: TestClient) -> None:
    page = client.get("/api/docs").text

    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/", "?", "#")), address
        if address.startswith("/static/"):
            assert client.get(address).status_code == 200, address
    assert not re.search(r"<script>|<style>| on\w+=", page)
