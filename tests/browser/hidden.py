"""Hiding a page's tab. Playwright keeps every page visible, so the page is told what the browser would tell it."""

from playwright.sync_api import Page

_HIDE = """(isHidden) => {
  const tell = (name, value) => Object.defineProperty(document, name, { configurable: true, get: () => value });
  tell('hidden', isHidden);
  tell('visibilityState', isHidden ? 'hidden' : 'visible');
  document.dispatchEvent(new Event('visibilitychange'));
}"""
_LISTEN = """() => {
  window.lights = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const media = await ask(wish);
    window.lights.push(...media.getTracks());
    return media;
  };
}"""


def hide(page: Page, is_hidden: bool = True) -> None:
    page.evaluate(_HIDE, is_hidden)


def watch_lights(page: Page) -> None:
    """From now on `lights` counts the cameras that this page has open: their light is on."""
    page.evaluate(_LISTEN)


def lights(page: Page) -> int:
    return int(page.evaluate("() => window.lights.filter((track) => track.readyState === 'live').length"))
