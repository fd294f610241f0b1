"""The API's documentation, from our own files and without inline scripts."""

import importlib
import pkgutil
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

import app.web
from app.main import PARTS

CONTRACT = {
    ("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"), ("get", "/api/limits"), ("get", "/api/kernels"),
    ("post", "/api/convolutions"), ("post", "/api/convolutions/pixel"), ("post", "/api/kernel-fits"),
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict[str, Any]:
    return client.get("/api/openapi.json").json()


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
