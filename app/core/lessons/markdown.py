"""Markdown as HTML: CommonMark by markdown-it-py, formulas as MathML, terms as buttons that open their definition.

Raw HTML is shown as text. It does not know figures: they are filled in before.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TERM = "glossary:"
_CODE = '<pre tabindex="0">'  # wide lines are scrolled to by keyboard, too
_KERAS = Path(__file__).parent / "texts" / "lecture.keras"


def render(text: str) -> str:
    """Paragraphs, lists, code."""
    return _markdown().render(text)


def render_line(text: str) -> str:
    """Without a paragraph around it."""
    return _markdown().renderInline(text)


def terms_in(text: str) -> list[str]:
    """The names of the terms that a text links, each once."""
    inline = [child for token in _markdown().parse(text) for child in token.children or ()]
    return list(dict.fromkeys(str(token.attrs["data-term"]) for token in inline if "data-term" in token.attrs))


@cache
def keras_parts() -> dict[str, str]:
    """The lecture's program, part by part: build, compile, fit, evaluate."""
    parts = _KERAS.read_text("utf-8").split("#: ")[1:]
    return {name: code.strip() for name, _, code in (part.partition("\n") for part in parts)}


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.core.ruler.push("terms", _open_terms)
    made.add_render_rule("fence", _render_fence)
    return made


def _open_terms(state: StateCore) -> None:
    for token in state.tokens:
        _turn_links(token.children or [])


def _turn_links(inline: list[Token]) -> None:
    """A link to the glossary becomes a button that opens the term."""
    is_term = False
    for token in inline:
        if token.type == "link_open":
            is_term = str(token.attrs["href"]).startswith(TERM)
            if is_term:
                name = str(token.attrs["href"]).removeprefix(TERM)
                token.attrs = {"type": "button", "class": "term", "data-term": name, "popovertarget": f"term-{name}"}
        if is_term and token.type in ("link_open", "link_close"):
            token.tag = "button"
            is_term = token.type == "link_open"


def _render_fence(renderer: Any, tokens: Sequence[Token], place: int, options: Any, environment: Any) -> str:
    token = tokens[place]
    content = token.content.strip()
    if token.info == "math":
        return f'<div class="formula">{convert(content, display="block")}</div>\n'
    if token.info == "keras":
        token.info, token.content = "python", keras_parts()[content] + "\n"
    return renderer.fence(tokens, place, options, environment).replace("<pre>", _CODE, 1)
