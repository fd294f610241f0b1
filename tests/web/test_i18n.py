"""Languages: chosen as the visitor wants, and complete."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

ROOT = Path(__file__).parents[2]
PLACES = re.compile(r"%\((\w+)\)[sd]")


def language(client: TestClient, path: str, **headers: str) -> str:
    client.cookies.clear()
    page = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).text
    return re.findall(r'<html lang="(\w+)"', page)[0]


@pytest.mark.parametrize(("header", "expected"), [
    ("es", "es"),
    ("es-MX,es;q=0.9,en;q=0.8", "es"),
    ("en;q=0.3, es;q=0.7", "es"),
    ("fr, de;q=0.5", "en"),
    ("", "en"),
    ("*;q=x,,;;", "en"),
    ("es;q=0", "en"),
])  # fmt: skip
def test_the_browsers_wish_is_heard(client: TestClient, header: str, expected: str) -> None:
    assert language(client, "/convolve", Accept_Language=header) == expected


def test_a_link_decides_and_is_remembered(client: TestClient) -> None:
    client.cookies.clear()

    client.get("/convolve?lang=es", headers={"Accept-Language": "en"})
    later = client.get("/convolve", headers={"Accept-Language": "en"}).text

    client.cookies.clear()
    assert '<html lang="es"' in later


def test_the_front_page_is_in_the_language_that_the_address_says(client: TestClient) -> None:
    response = client.get("/?lang=es&kernel=sobel-x", follow_redirects=False)

    assert response.status_code == 200
    assert response.headers["content-language"] == "es"
    assert "Mira cómo ve una red" in response.text


def sentences() -> set[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)
    keywords = {"_": None, "N_": None, "gettext": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_no_sentence_of_the_scripts_is_overlooked() -> None:
    scripts = (ROOT / "static/js").rglob("*.js")
    said = {sentence for path in scripts for sentence in re.findall(r'\b_\("([^"]+)"', path.read_text("utf-8"))}

    assert len(said) > 80
    assert sorted(said - sentences() - {"..."}) == [], "Babel overlooks what stands in a template literal beside braces"


def test_every_sentence_is_translated_with_the_same_places() -> None:
    with (ROOT / "app/locale/es/LC_MESSAGES/messages.po").open("rb") as lines:
        spanish = {
            message.id: message.string for message in read_po(lines, locale="es") if message.id and not message.fuzzy
        }

    wanted = sentences()

    assert len(wanted) > 200
    assert sorted(wanted - {sentence for sentence, translation in spanish.items() if translation}) == []
    assert sorted(set(spanish) - wanted) == [], "no longer said anywhere"
    for sentence in wanted:
        assert sorted(PLACES.findall(sentence)) == sorted(PLACES.findall(spanish[sentence])), sentence


def test_every_shipped_model_has_a_title_in_spanish() -> None:
    recipes = sorted((ROOT / "models").glob("*/recipe.json"))

    titles = {json.loads(path.read_text("utf-8"))["title"] for path in recipes}

    assert titles
    assert sorted(titles - sentences()) == []
