"""A program in parts, each with a title and a few words: put together as a script, or as a notebook.

A notebook is JSON (https://nbformat.readthedocs.io, version 4.5). It does not know what the parts do.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Library = Literal["keras", "pytorch"]
Form = Literal["script", "notebook"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a program: `words` say in a sentence or two what `code` does."""

    title: str
    words: str
    code: str


def to_script(title: str, about: str, cells: Sequence[Cell]) -> str:
    """One file of Python."""
    parts = [f'"""{_plain(title)}\n\n{about}\n"""']
    parts += ["\n".join([f"# {cell.title}", *_comment(cell.words), "", cell.code.strip()]) for cell in cells]
    return "\n\n\n".join(parts) + "\n"


def to_notebook(title: str, about: str, cells: Sequence[Cell]) -> str:
    """The same as a Jupyter notebook, without outputs."""
    told = [_markdown("about", f"# {title}\n\n{about}")]
    for number, cell in enumerate(cells, 1):
        told += [_markdown(f"words-{number}", f"## {cell.title}\n\n{cell.words}"), _code(number, cell.code.strip())]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": told, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _plain(title: str) -> str:
    """Inside a text in quotes: what a visitor calls a run must not end it."""
    return title.replace("\\", "\\\\").replace('"', "'")


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in words.splitlines()]


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(number: int, text: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "id": f"code-{number}", "metadata": {}, "outputs": [],
        "source": text.splitlines(keepends=True),
    }  # fmt: skip
