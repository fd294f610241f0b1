"""Waiting until nothing on a page moves: what fills it from above moves what lies below, out from under a click."""

from playwright.sync_api import Page

_STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const height = () => document.documentElement.scrollHeight;
  const end = performance.now() + 5000;
  for (let still = 0, before = 0; still < 12 && performance.now() < end; before = height()) {
    await frame();
    still = height() === before ? still + 1 : 0;
  }
}"""


def still(page: Page) -> None:
    """Waits until the page has had the same height for twelve frames; at most 5 s, where a run goes on filling it."""
    page.evaluate(_STILL)
