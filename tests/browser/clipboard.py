"""The real clipboard and real drags: what other programs hand over is put there, and brought by the browser."""

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_COPY = """async parts => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const blobs = Object.entries(parts).map(([kind, text]) =>
    [kind, new Blob([kind.startsWith('text/') ? text : bytes(text)], { type: kind })]);
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}"""


def copy(page: Page, text: str | None = None, html: str | None = None, picture: Path | None = None) -> None:
    """Puts all of it on the clipboard at once, as one entry with several kinds."""
    parts = {"text/plain": text, "text/html": html}
    if picture:
        parts["image/png"] = base64.b64encode(picture.read_bytes()).decode()
    page.evaluate(_COPY, {kind: value for kind, value in parts.items() if value is not None})


def paste(page: Page, text: str | None = None, html: str | None = None, picture: Path | None = None) -> None:
    """Copies, then presses Ctrl+V where the focus is."""
    copy(page, text, html, picture)
    page.keyboard.press("Control+v")


def spreadsheet(rows: list[list[str]]) -> dict[str, str]:
    """The text and the HTML that Excel copies for cells."""
    table = "".join(f"<tr>{''.join(f'<td align=right>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return {
        "text": "".join("\t".join(row) + "\r\n" for row in rows),
        "html": f"<html><body><!--StartFragment--><table border=0>{table}</table><!--EndFragment--></body></html>",
    }


def drop(page: Page, selector: str, *, files: list[Path] | None = None, **kinds: str) -> None:
    """Drags files, or texts by their kind (`text_plain`, `text_uri_list`), from outside over the middle of a part."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    items = [{"mimeType": _kind(name), "data": data} for name, data in kinds.items()]
    held: dict[str, Any] = {"items": items, "files": [str(path) for path in files or []], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for event in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        devtools.send("Input.dispatchDragEvent", {"type": event, "data": held, **place})
    devtools.detach()


def _kind(name: str) -> str:
    return name.replace("_", "/", 1).replace("_", "-")
