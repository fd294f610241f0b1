"""The house rules on what the pages are made of: scripts and style sheets, read as text.

A rule is a function from a root folder to the sentences that say what is wrong under it; tests/test_architecture.py
keeps them, each with planted violations.
"""

import re
from pathlib import Path

from tests.source_reading import JAVASCRIPT_IMPORT, files

LOADED_FROM_ELSEWHERE = re.compile(r"""(\bsrc(set)?\s*=\s*["']|<link[^>]+href\s*=\s*["']|\burl\(["']?)(https?:)?//""")
LITERAL_SIZE = re.compile(r"\b(font(-size)?|border(-[a-z]+)*-radius):[^;{}]*?[\d.](px|r?em|pt|%)[^;{}]*")
CALCULATED = re.compile(r"calc\([^()]*(\([^()]*\)[^()]*)*\)")
WIDEST_LINE = 120
SENTENCE = re.compile(r'\s*"[^"]*",?')


def custom_elements_get_their_data(root: Path) -> list[str]:
    """A custom element is given its data by property: it never asks the server."""
    return [
        f"{path.relative_to(root)} defines an element and imports {target}"
        for path in files(root, "static/js/**/*.js")
        if "customElements.define(" in (text := path.read_text("utf-8"))
        for target in JAVASCRIPT_IMPORT.findall(text)
        if target.endswith("/api.js") or "/calls/" in target
    ]


def only_api_js_talks_to_the_server(root: Path) -> list[str]:
    """Only api.js, and the folder calls beside it, contain "/api/" and fetch."""
    return [
        f"{path.relative_to(root)} contains {found.group()}"
        for path in files(root, "static/js/**/*.js")
        if path != root / "static/js/api.js" and root / "static/js/calls" not in path.parents
        for found in re.finditer(r"/api/|\bfetch\(|\bXMLHttpRequest\b|\bEventSource\b", path.read_text("utf-8"))
    ]


def pages_name_no_other_host(root: Path) -> list[str]:
    """The app works with no internet: nothing that a page loads comes from elsewhere."""
    return [
        f"{path.relative_to(root)} loads {found.group()}"
        for pattern in ("templates/**/*.html", "static/css/**/*.css")
        for path in files(root, pattern)
        for found in LOADED_FROM_ELSEWHERE.finditer(path.read_text("utf-8"))
    ]


def sizes_come_from_the_tokens(root: Path) -> list[str]:
    """How large letters are and how round corners stands in tokens.css; elsewhere it is a token, or calculated."""
    return [
        f"{path.relative_to(root)} says {found.group()}"
        for path in files(root, "static/css/**/*.css")
        if path.name != "tokens.css"
        for found in LITERAL_SIZE.finditer(CALCULATED.sub("", path.read_text("utf-8")))
    ]


def scripts_are_not_wide(root: Path) -> list[str]:
    """No line of JavaScript is wider than WIDEST_LINE, but for a sentence alone, which Babel cannot read in parts."""
    return [
        f"{path.relative_to(root)}:{number} has {len(line)} characters"
        for pattern in ("static/js/**/*.js", "tests/js/**/*.mjs")
        for path in files(root, pattern)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > WIDEST_LINE and not SENTENCE.fullmatch(line)
    ]
