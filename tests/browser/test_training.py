"""The train page's main job, in a real browser: a network learns in front of the visitor, and nothing is lost."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.calls import delete, get
from tests.browser.conftest import Open, running_server
from tests.browser.running import (
    LONG,
    QUICK,
    Relay,
    address,
    ask,
    ended,
    finish,
    opened,
    start,
    stop,
    submit,
    table,
    tell,
    unfold,
    until,
    written,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


Watch = Callable[[str], tuple[Page, Relay, str]]


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """Opens a page behind a relay to a server and starts a run, which is through its second epoch then."""
    ways: list[Page | Relay] = []

    def watch_(server: str) -> tuple[Page, Relay, str]:
        page, relay = browser.new_page(locale="en-US"), Relay(server)
        ways.extend((page, relay))
        page.goto(relay.address + address(LONG))
        page.wait_for_selector("html[data-ready]")
        run = start(page)
        table(page)
        _is_through(page, 2)
        return page, relay, run

    yield watch_
    for way in ways:
        way.close()


def _steps(page: Page) -> None:
    expect(page.locator("#run-progress")).to_have_text(re.compile(r"^epoch \d+ / \d+ · \d\d:\d\d"))


def _is_through(page: Page, epoch: int) -> None:
    page.wait_for_function(
        "epoch => document.querySelector('#numbers-table tbody th')?.textContent >= epoch && "
        "Number(document.querySelector('#numbers-table tbody th').textContent) >= epoch",
        arg=epoch,
    )  # fmt: skip


def test_a_run_goes_from_start_to_its_last_line(open_page: Open, server: str) -> None:
    page = open_page(address(QUICK))

    run = start(page)
    finish(page)
    told = tell(server, run)

    assert table(page) == written(told["history"])
    assert [row[0] for row in table(page)] == ["1", "2", "3"]
    assert page.inner_text("#final-lines").split("\n") == [
        f"Loss: {told['test']['loss']:.3f}",
        f"Accuracy: {told['test']['accuracy']:.3f}",
    ]
    assert page.inner_text("#run-sentence") == "Digits · 1294 pictures · seed 0"
    assert re.match(r"epoch 3 / 3 · \d\d:\d\d", page.inner_text("#run-progress"))
    assert page.is_visible("#gap-told")


def test_a_reload_in_the_middle_sees_everything(open_page: Open, server: str) -> None:
    page = open_page(address(LONG))
    run = start(page)
    table(page)
    _is_through(page, 4)

    page.reload()
    page.wait_for_selector("html[data-ready]")
    table(page)
    _is_through(page, 8)
    stop(page)
    told = ended(server, run)
    expect(page.locator("#run-state")).to_contain_text("Stopped by hand")

    assert opened(page) == run
    assert table(page) == written(told["history"][-500:])
    assert [int(row[0]) for row in table(page)] == [row["epoch"] for row in told["history"][-500:]]


def test_a_run_is_paused_given_another_rate_and_goes_on(open_page: Open, server: str) -> None:
    page = open_page(address(LONG))
    run = start(page)
    _steps(page)

    page.click("#run-pause")
    expect(page.locator("#run-state")).to_contain_text("Paused after step")
    paused = tell(server, run)
    unfold(page, "optimizer")
    page.fill("#rate-field", "0.0005")
    page.keyboard.press("Enter")
    page.click("#run-on")
    told = until(server, run, lambda told: told["step"] > paused["step"] and told["learning_rate"] < 0.001)
    expect(page.locator("#run-pause")).to_be_visible()
    stop(page)
    ended(server, run)

    assert paused["state"] == "paused"
    assert told["learning_rate"] == pytest.approx(0.0005, rel=0.01)
    expect(page.locator("#rate")).to_have_attribute("hidden", "")


def test_a_rate_that_is_none_is_refused_in_its_field(open_page: Open, server: str) -> None:
    page = open_page(address(LONG))
    run = start(page)
    _steps(page)

    unfold(page, "optimizer")
    page.fill("#rate-field", "fast")
    page.keyboard.press("Enter")

    expect(page.locator("#rate-field")).to_have_attribute("aria-invalid", "true")
    ask(server, run, state="stopped")
    ended(server, run)


def test_a_broken_connection_is_told_and_loses_no_point(watch: Watch, server: str) -> None:
    page, relay, run = watch(server)

    relay.cut()
    expect(page.locator("#run-state")).to_contain_text("reconnecting")
    before = tell(server, run)["epoch"]
    until(server, run, lambda told: told["epoch"] > before + 2)
    relay.mend()
    _is_through(page, before + 3)
    ask(server, run, state="stopped")
    told = ended(server, run)
    expect(page.locator("#run-state")).to_contain_text("Stopped by hand")

    assert table(page) == written(told["history"][-500:])


def test_a_server_is_started_anew_in_the_middle_and_nothing_is_lost(watch: Watch, tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        page, relay, run = watch(first)
        relay.cut()
    expect(page.locator("#run-state")).to_contain_text("reconnecting")
    before = int(table(page)[-1][0])

    with running_server(tmp_path) as second:
        relay.mend(second)
        _is_through(page, before + 3)
        ask(second, run, state="stopped")
        told = ended(second, run)
        expect(page.locator("#run-state")).to_contain_text("Stopped by hand")
        assert table(page) == written(told["history"][-500:])
        assert [row["epoch"] for row in told["history"]] == [*range(1, len(told["history"]) + 1)]


def test_a_run_that_waits_says_so(open_page: Open, server: str) -> None:
    blocking = submit(server, LONG)
    until(server, blocking, lambda told: told["state"] == "running")
    page = open_page(address(QUICK))

    run = start(page)
    expect(page.locator("#run-state")).to_contain_text("Waiting: this run is the next to start.")
    expect(page.locator("#run-state a")).to_have_attribute("href", f"/train?run={blocking}")
    page.click("#run-more > summary")
    page.click("text=Leave the queue")
    ended(server, run)
    ask(server, blocking, state="stopped")
    ended(server, blocking)

    expect(page.locator("#run-state")).to_contain_text("Stopped by hand")


def test_a_loss_that_is_no_number_is_explained(open_page: Open) -> None:
    page = open_page(address({"epochs": 20, "optimizer": "sgd", "learning_rate": 1e4}))

    start(page)

    expect(page.locator("#run-state")).to_contain_text("a smaller learning rate")


def test_a_run_that_is_gone_is_told_and_the_page_still_works(open_page: Open) -> None:
    page = open_page("/train?run=0123456789abcdef", expected="404")

    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#run-start")).to_be_enabled()


def test_a_run_that_is_deleted_elsewhere_is_told_and_closes(open_page: Open, server: str) -> None:
    run = submit(server, LONG)
    page = open_page(f"/train?run={run}", expected="404")
    expect(page.locator("#training")).to_have_attribute("data-run", "running")

    delete(f"{server}/api/runs/{run}")

    expect(page.locator("#problem")).to_contain_text("not on this server any more")
    expect(page.locator("#training")).to_have_attribute("data-run", "none")


def test_a_link_that_cannot_be_read_gives_the_usual_settings_and_says_so(open_page: Open) -> None:
    odd = {
        "training": '{"optimizer":"x"}',
        "network": '{"input":[3,32,32],"classes":10,"layers":[{"type":"residual"}]}',
    }
    page = open_page(f"/train?{urlencode(odd)}")

    expect(page.locator("#problem")).to_contain_text("could not be read")
    expect(page.locator("#run-start")).to_be_enabled()


def test_without_cifar10_the_drawn_shapes_are_first_and_the_way_to_cifar10_is_said(
    open_page: Open, server: str
) -> None:
    rows = get(f"{server}/api/datasets").json()["datasets"]
    has_cifar = next(row["available"] for row in rows if row["name"] == "cifar10")
    page = open_page("/train")

    assert page.inner_text("#run-sentence").startswith("CIFAR-10" if has_cifar else "Shapes")
    assert ("fetch cifar10" in page.inner_text("#run-state")) is not has_cifar
