"""The texts as they are written: a Markdown file a chapter and language, and a glossary; nothing is computed here.

# title                      > one thing to try
the chapter's one idea       [padding](glossary:padding)
## a card {#its-name}        {{pixel x=15 y=33}}
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.core.lessons.chapters import Chapter

TEXTS = Path(__file__).parent / "texts"
_SECTION = re.compile(r"^## (.+?) \{#([a-z0-9-]+)\}\n", re.MULTILINE)
_QUOTED = re.compile(r"^> ?(.*\n?)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A card, or a term of the glossary: Markdown. `advice` is what is quoted in it, the one thing to try."""

    name: str
    title: str
    body: str
    advice: str


@dataclass(frozen=True, slots=True)
class Text:
    """A file's title, what stands before the first section, and the sections, in order."""

    title: str
    lead: str
    sections: tuple[Section, ...]


def chapter_text(chapter: Chapter, language: str) -> Text:
    """What a chapter says."""
    return _read(TEXTS / f"{chapter.number}-{chapter.name}.{language}.md")


def glossary(language: str) -> Text:
    """All terms."""
    return _read(TEXTS / f"glossary.{language}.md")


@cache
def _read(file: Path) -> Text:
    head, *parts = _SECTION.split(file.read_text("utf-8"))
    title, _, lead = head.partition("\n")
    sections = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return Text(title.removeprefix("# "), lead.strip(), tuple(_section(*section) for section in sections))


def _section(title: str, name: str, body: str) -> Section:
    return Section(name, title, _QUOTED.sub("", body).strip(), "".join(_QUOTED.findall(body)).strip())
