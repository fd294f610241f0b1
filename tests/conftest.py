"""What every test shares: a developer's own PLAYGROUND_... variables change no result, and CI skips nothing.

And the worlds in which runs are kept: tests that ask for `database` are run in SQLite's and in PostgreSQL's, in which
files are in an object store.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from app.runs.store.database import migrate, open_engine
from tests.object_store import ENVIRONMENT, ObjectStore
from tests.postgresql import PostgreSQL

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
TRIES_AGAIN = 2
WORLDS = ("sqlite", "postgresql")

for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]
os.environ.update(ENVIRONMENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without it, what is marked `one_world` is run in SQLite's alone: it lasts long."""
    parser.addoption("--world", choices=WORLDS, help="run tests of the runs' database in this world alone, but all")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that asks for a database, in each world."""
    marked = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "world" in metafunc.fixturenames and "world" not in marked:
        chosen = metafunc.config.getoption("world")
        both = WORLDS if metafunc.definition.get_closest_marker("one_world") is None else WORLDS[:1]
        metafunc.parametrize("world", [chosen] if chosen else both, scope="session")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server of this session."""
    server = PostgreSQL()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def migrated(postgresql: PostgreSQL) -> str:
    """A database with all tables, to be copied."""
    name = postgresql.make_database()
    engine = open_engine(postgresql.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """One for all tests, each of which has its own folder in it."""
    store = ObjectStore()
    yield store
    store.close()


@pytest.fixture
def files_address(world: str, request: pytest.FixtureRequest) -> str | None:
    """Of the store of files, in its world; in SQLite's there is none."""
    return None if world == "sqlite" else request.getfixturevalue("object_store").new_address()


@pytest.fixture
def database(world: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the test's own database, in its world; in PostgreSQL's all tables are there."""
    yield from _own_database(world, tmp_path, request, "migrated")


@pytest.fixture
def empty_database(world: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The same without tables."""
    yield from _own_database(world, tmp_path, request, None)


def _own_database(world: str, folder: Path, request: pytest.FixtureRequest, template: str | None) -> Iterator[str]:
    if world == "sqlite":
        yield f"sqlite:///{folder / 'runs.sqlite3'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.make_database(request.getfixturevalue(template) if template else "template1")
    yield server.url(name)
    server.drop_database(name)


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
