"""How soon a page stands, and what it takes: a headless Chromium with nothing kept from before, page by page.

    .venv/bin/python -m benchmarks.first_view [--rounds 5] [--pages / /train] [--address http://127.0.0.1:8000]

Of each page the median (and the range) of the seconds from navigation to the first contentful paint (bar 1.5), to
`html[data-ready]`, and where the page has parts that come later to the moment at which its first view stands; bytes
before charts, packed (bar 300 kB), on the wire with the heads of the answers, and all that came, charts and
what came later included. A chapter's first view is its card; the room beside it comes later. Without an address a
server of its own is started, with an empty data folder.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, find_chromium, running_server
from tests.browser.first_views import PATHS, before_charts, first_view, sent, shift

BAR_S, BAR_BYTES = 1.5, 300_000
_TIMES = """() => ({
  "first paint, s": performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000,
  "first view stands, s": performance.getEntriesByName("first-view")[0]?.startTime / 1000 || null,
  "ready, s": window.ready / 1000,
})"""
_READY = """new MutationObserver((_changes, self) => {
  if (!document.documentElement?.dataset.ready) return;
  window.ready = performance.now();
  self.disconnect();
}).observe(document, { subtree: true, attributes: true, childList: true });"""


def main() -> int:
    """Prints the figures; 1 where a page painted too late or weighed too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", nargs="*", default=PATHS)
    parser.add_argument("--address")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = options.address or stack.enter_context(running_server(folder))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        rounds = [
            {path: measure(browser, address + path) for path in options.pages} for _ in range(options.rounds + 1)
        ][1:]  # the first fills the caches of server and system
        browser.close()
    missed = [report(path, [measured[path] for measured in rounds]) for path in options.pages]
    return int(any(missed))


def measure(browser: Browser, address: str) -> dict[str, float]:
    """Seconds and bytes of one first view."""
    with first_view(browser, address, script=_READY) as page:
        answers = sent(page)
        counted = before_charts(answers)
        times = page.evaluate(_TIMES)
        return {name: value for name, value in times.items() if value is not None} | {
            "before charts, packed, kB": sum(one["packed"] for one in counted) / 1000,
            "before charts, wire, kB": sum(one["wire"] for one in counted) / 1000,
            "answers before charts": len(counted),
            "all, packed, kB": sum(one["packed"] for one in answers) / 1000,
            "layout shift": shift(page),
        }


def report(path: str, rounds: list[dict[str, float]]) -> bool:
    """Prints a page's figures; whether it misses a bar."""
    print(path)
    middle = {name: statistics.median(measured[name] for measured in rounds) for name in rounds[0]}
    for name, value in middle.items():
        values = [measured[name] for measured in rounds]
        print(f"  {name:28} {value:8.2f}   ({min(values):.2f} to {max(values):.2f})")
    return middle["first paint, s"] > BAR_S or middle["before charts, packed, kB"] > BAR_BYTES / 1000


if __name__ == "__main__":
    sys.exit(main())
