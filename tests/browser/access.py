"""What a phone, the dark and a screen reader find on a page: one page is resized and recolored, not opened anew."""

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 390, 768, 1280, 1920, 360)  # the first as it is opened, the last as a window is made small again
PHONE = {"width": WIDTHS[0], "height": 800}

_TOO_WIDE = """async ([selector, width]) => {
  const part = document.querySelector(selector);
  const limit = Math.min(part.clientWidth, width);
  for (let frames = 0; frames < 60 && (frames < 6 || part.scrollWidth > limit); frames++)
    await new Promise(requestAnimationFrame);
  return part.scrollWidth > limit;
}"""
_STILL = """() => Promise.allSettled(
  document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 1e4).map((one) => one.finished))"""
_BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


def too_narrow(page: Page, *parts: str, widths: tuple[int, ...] = WIDTHS) -> list[tuple[int, str]]:
    """The widths of a window at which something sticks out of the page, or of a part of it, after it has settled."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [(width, part) for part in ("html", *parts) if page.evaluate(_TOO_WIDE, [part, width])]
    return found


def violations(page: Page, context: str | None = None) -> list[str]:
    """What axe finds wrong."""
    page.evaluate(_STILL)
    results: dict[str, Any] = Axe().run(page, context=context).response
    return [f"{found['id']}: {node['html'][:160]}" for found in results["violations"] for node in found["nodes"]]


def in_both_themes(page: Page, look: Callable[[], list[str]]) -> list[str]:
    """What is found in the light and then in the dark."""
    found, backgrounds = [], set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        backgrounds.add(page.evaluate(_BACKGROUND))
        found += [f"{scheme}: {one}" for one in look()]
    assert len(backgrounds) == 2, "the dark is light"
    return found
