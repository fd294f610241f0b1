"""The differences as a page with the pictures side by side, and as lines. It finds none itself."""

from html import escape
from pathlib import Path

from scripts.compare.differences import Difference

_PAGE = """<!doctype html><meta charset="utf-8"><title>Before and after</title>
<style>
body {{ font: 15px/1.5 system-ui; margin: 24px }}
.pair {{ display: grid; grid-template-columns: 1fr 1fr; gap: 12px }}
img {{ width: 100%; border: 1px solid #aaa }}
</style>
<h1>Before and after</h1><p>{summary}</p>{parts}
"""


def write_page(found: list[Difference], summary: str, before: str, after: str) -> str:
    """HTML for a file beside the folders `before` and `after`."""
    parts = (_part(difference, before, after) for difference in found)
    return _PAGE.format(summary=escape(summary), parts="".join(parts))


def write_lines(found: list[Difference]) -> str:
    """A heading a difference, and what is told of it below."""
    return "\n".join("\n  ".join([difference.name, *difference.told]) for difference in found)


def _part(difference: Difference, before: str, after: str) -> str:
    told = "".join(f"<li>{escape(line)}</li>" for line in difference.told)
    sources = [f"{folder}/{difference.name}.png" for folder in (before, after)]
    images = "".join(f'<img loading="lazy" src="{escape(source)}" alt="{escape(source)}">' for source in sources)
    pair = f'<div class="pair">{images}</div>' if difference.is_picture else ""
    return f"<section><h2>{escape(difference.name)}</h2><ul>{told}</ul>{pair}</section>"


def save(found: list[Difference], summary: str, folder: Path) -> None:
    """Writes `report.html` and `report.txt`, beside the pictures in `before` and `after`."""
    (folder / "report.html").write_text(write_page(found, summary, "before", "after"), "utf-8")
    (folder / "report.txt").write_text(f"{summary}\n{write_lines(found)}\n", "utf-8")
