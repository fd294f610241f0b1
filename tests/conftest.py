"""What every test shares: a developer's own PLAYGROUND_... variables change no result, and CI skips nothing."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
TRIES_AGAIN = 2

for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where CI is set, a browser test is tried again before it has failed (docs/decisions/0012).

    Files of seconds come last, so that processes which share the files end together (docs/decisions/0014).
    """
    items.sort(key=lambda item: item.nodeid.startswith("tests/core/"))
    if os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.flaky(reruns=TRIES_AGAIN))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was tried again is a defect of the test or of the page: how it failed is told in full."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"tried again: {report.nodeid}")
        terminalreporter.line(report.longreprtext)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set, a skipped test has failed: nobody would notice that it never ran."""
    return _without_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as it is read."""
    return _without_skips((yield))


def _without_skips(report: Report) -> Report:
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report
