"""A pasted text as Python: without a notebook's magics and prompts, fences, line numbers and typographic quotes.

Every line keeps its number. It does not know what the text says.
"""

import ast
import json
import re
import textwrap
import warnings
from itertools import pairwise
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.programs.values import refuse

MAXIMUM_TEXT = 65_536
_QUOTES = str.maketrans("‘’‚‛“”„‟′″\u00a0\u2003\u2002\u2009\u202f\u3000", "''''\"\"\"\"'\"      ")
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")
_FENCE = re.compile(r"^\s*(```|~~~)")
_PROMPT = re.compile(r"^\s*(>>>|\.\.\.|In\s*\[\s*\d*\s*\]\s*:|\s+\.\.\.:)( |$)")
_RESULT = re.compile(r"^\s*Out\s*\[\s*\d*\s*\]\s*:")
_NUMBER = re.compile(r"^\s*(\d+)[.:|]?(?:[ \t]|$)")
_PRINT = re.compile(r"^(\s*)print\s+(?![=(.,:\[])\S.*$")
_CAUGHT = re.compile(r"^(\s*except\s+[\w.]+|\s*except\s*\([\w., ]+\))\s*,\s*(\w+)\s*:")
_MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w+\?{1,2}\s*$)")


def parse_text(text: Any) -> ast.Module:
    """The syntax tree; raises InvalidNetwork for what is no Python, or too much of it."""
    if not isinstance(text, str) or len(text) > MAXIMUM_TEXT:
        raise InvalidNetwork(N_("'text' must be a program of at most %(limit)d characters."),
                             field="text", limit=MAXIMUM_TEXT)  # fmt: skip
    text = _of_notebook(text) or text
    try:
        return _parse(text)
    except SyntaxError as error:
        first = error
    except (ValueError, RecursionError, MemoryError):
        raise InvalidNetwork(N_("The text cannot be read as Python."), field="text") from None
    for cleaned in _cleaned(text):
        try:
            return _parse(cleaned)
        except SyntaxError as error:
            last = error
        except (ValueError, RecursionError, MemoryError):
            break
        first = last
    raise refuse(first.lineno or 1, N_("Line %(line)d is not valid Python.")) from None


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in a text that is never run
        return ast.parse(text)


def _cleaned(text: str) -> list[str]:
    """What the text may have been before it was copied, each more changed than the one before."""
    lines = _INVISIBLE.sub("", text).split("\n")
    lines = [line.rstrip("\r") for line in lines]
    plain = "\n".join(_laid_left(_without_marks(lines)))
    straight = plain.translate(_QUOTES)
    return [plain, straight, straight.expandtabs(8)]


def _without_marks(lines: list[str]) -> list[str]:
    lines = _within_fences(lines)
    if any(_PROMPT.match(line) for line in lines):
        lines = _prompted(lines)
    elif _are_numbered(lines):
        lines = [_NUMBER.sub("", line, count=1) for line in lines]
    return [_plain(line) for line in lines]


def _within_fences(lines: list[str]) -> list[str]:
    """Only what stands between fences, where there are any."""
    fences = [place for place, line in enumerate(lines) if _FENCE.match(line)]
    if not fences:
        return lines
    inside = [place for start, end in zip(fences[::2], [*fences[1::2], len(lines)], strict=False)
              for place in range(start + 1, end)]  # fmt: skip
    kept = set(inside)
    comments = {place for place, line in enumerate(lines) if line.lstrip().startswith("#")}
    return [line if place in kept | comments else "" for place, line in enumerate(lines)]


def _prompted(lines: list[str]) -> list[str]:
    """What was typed; what was printed between is left out."""
    kept = []
    typed = False
    for line in lines:
        if found := _PROMPT.match(line):
            kept.append(line[found.end() :])
            typed = found.group(1).startswith((">", ".")) and "In" not in found.group(1)
        else:
            kept.append("" if typed or _RESULT.match(line) else line)
    return kept


def _are_numbered(lines: list[str]) -> bool:
    """Whether nearly all lines begin with numbers that count up."""
    full = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    numbers = [int(found.group(1)) for line in full if (found := _NUMBER.match(line)) and len(found.group(1)) < 6]
    rising = all(after > before for before, after in pairwise(numbers))
    return len(full) > 1 and len(numbers) == len(full) and rising


def _plain(line: str) -> str:
    """Without a magic; what Python 2 prints is nothing, and what it catches is named as in Python 3."""
    for pattern in (_MAGIC, _PRINT):
        if found := pattern.match(line):
            return f"{found.group(1)}pass"
    return _CAUGHT.sub(r"\1 as \2:", line)


def _laid_left(lines: list[str]) -> list[str]:
    """Without the indentation that all lines share, those that are comments aside."""
    full = [line if line.strip() and not line.lstrip().startswith("#") else "" for line in lines]
    even = textwrap.dedent("\n".join(full)).split("\n")
    shared = next((len(old) - len(new) for old, new in zip(full, even, strict=True) if new), 0)
    return [line[shared:] if line[:shared].strip() == "" else line.lstrip() for line in lines]


def _of_notebook(text: str) -> str | None:
    """The code of a notebook's file; None of any other text."""
    if not text.lstrip().startswith("{") or '"cells"' not in text:
        return None
    try:
        cells = json.loads(text)["cells"]
        return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
