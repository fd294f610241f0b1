"""What a first view of a page costs: a fresh browser, nothing kept from before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from playwright.sync_api import Browser, Page

from app.web.rooms import ROOMS
from tests.browser.calls import PATIENCE_S

PATHS = ("/", *(room.path for room in ROOMS), "/lessons", "/lessons/3", "/lessons/glossary", "/class")
# What is drawn: the chart library and the recorded run that it plays; the photo and the maps of it on Classify.
CHARTS = ("/vendor/uplot/", "/recorded/", "/activations", "/api/convolutions")
_LATER_MS = 2500  # in which a page settles

_WATCH = """
window.shifted = 0;
performance.setResourceTimingBufferSize(2000);
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value;
}).observe({ type: "layout-shift", buffered: true });
"""
_SENT = """() => {
  const [stands] = top.performance.getEntriesByName("first-view");
  const since = performance.timeOrigin - top.performance.timeOrigin; // of a frame, whose clock began later
  return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    // A frame tells of its page itself, and may have what the page has brought already.
    .filter(({ initiatorType, transferSize }) => initiatorType !== "iframe" && (top === window || transferSize > 0))
    .map(({ name, encodedBodySize, transferSize, startTime }) => ({
      path: name.replace(location.origin, ""),
      packed: encodedBodySize,
      wire: transferSize,
      isLater: Boolean(stands) && since + startTime > stands.startTime,
    }));
}"""


class Sent(TypedDict):
    """One answer: its bytes as they came, packed, and on the wire with their head; what was asked for once the first
    view stood is later."""

    path: str
    packed: int
    wire: int
    isLater: bool


@contextmanager
def first_view(browser: Browser, address: str, script: str = "", **options: Any) -> Iterator[Page]:
    """A page in a fresh browser, settled; `script` runs before its own."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "locale": "es-ES"} | options)
    context.set_default_timeout(PATIENCE_S * 1000)
    try:
        page = context.new_page()
        page.add_init_script(_WATCH + script)
        page.goto(address, timeout=PATIENCE_S * 1000)
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(_LATER_MS)
        yield page
    finally:
        context.close()


def sent(page: Page) -> list[Sent]:
    """All that came for the page and its frames, and of what they asked for since."""
    found: list[Sent] = [one for frame in page.frames for one in frame.evaluate(_SENT)]
    return found


def shift(page: Page) -> float:
    """How far the page has moved by itself, and what stands in its frames."""
    return sum(frame.evaluate("window.shifted") for frame in page.frames)


def before_charts(answers: list[Sent]) -> list[Sent]:
    """What a first view is made of, without the charts, the largest first."""
    counted = (one for one in answers if not one["isLater"] and not any(part in one["path"] for part in CHARTS))
    return sorted(counted, key=lambda one: -one["packed"])
