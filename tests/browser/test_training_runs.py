"""Runs beside each other: compared, renamed, cloned, deleted; and the overfitting theater."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.calls import get
from tests.browser.conftest import Open
from tests.browser.inside import numbers
from tests.browser.running import (
    LONG,
    QUICK,
    address,
    ask,
    ended,
    finish,
    fold_out,
    opened,
    start,
    submit,
    tab,
    tell,
    trained,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


@pytest.fixture(scope="module")
def pair(server: str) -> tuple[str, str]:
    """Two finished runs."""
    return trained(server, name="quick"), trained(server, QUICK | {"l2": 0.01}, name='with "L2", strong')


def _tick(page: Page, name: str) -> None:
    tab(page, "networks")
    page.locator(".run-row", has_text=name).first.locator("input[type=checkbox]").check()


def test_runs_are_drawn_together_and_a_link_brings_them_back(open_page: Open, pair: tuple[str, str]) -> None:
    page = open_page(f"/train?run={pair[0]}")

    _tick(page, "with")
    expect(page.locator("#run-key li")).to_have_text(["quick", 'with "L2", strong'])
    expect(page.locator("#run-sentence")).to_contain_text('comparing quick and with "L2", strong')
    page.wait_for_url(re.compile(f"compare={pair[1]}"))
    page.reload()

    expect(page.locator("#run-key li")).to_have_text(["quick", 'with "L2", strong'])


def test_the_numbers_of_all_that_is_drawn_are_exported(
    open_page: Open, server: str, pair: tuple[str, str], tmp_path: Path
) -> None:
    page = open_page(f"/train?run={pair[0]}&compare={pair[1]}")
    expect(page.locator("#gap-told")).to_contain_text("training loss")

    fold_out(page, "#numbers")
    with page.expect_download() as table:
        page.click("#export-csv")
    table.value.save_as(tmp_path / "training.csv")
    with page.expect_download() as picture:
        page.click("#export-png")
    picture.value.save_as(tmp_path / "training.png")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "training.csv").read_text("utf-8"))))
    told = [(run["name"], row) for run in (tell(server, run) for run in pair) for row in run["history"]]
    assert [(row["run"], int(row["epoch"])) for row in rows] == [(name, row["epoch"]) for name, row in told]
    assert [float(row["validation_loss"]) for row in rows] == [row["validation_loss"] for _, row in told]
    with Image.open(tmp_path / "training.png") as image:
        assert image.width > 300
        assert len(image.convert("RGB").getcolors(1 << 24)) > 20


def test_one_runs_table_is_the_servers_own(open_page: Open, server: str, pair: tuple[str, str]) -> None:
    page = open_page(f"/train?run={pair[0]}")

    assert page.get_attribute("#export-csv", "href") == f"/api/runs/{pair[0]}/metrics.csv"
    assert get(f"{server}/api/runs/{pair[0]}/metrics.csv").text.startswith("epoch,")


def test_a_run_is_taken_home_by_buttons(open_page: Open, server: str, pair: tuple[str, str], tmp_path: Path) -> None:
    page = open_page(f"/train?run={pair[0]}")
    fold_out(page, "#home-card")
    wanted = {
        "[data-library=keras] [data-form=notebook]": f"run-{pair[0]}-keras.ipynb",
        "[data-library=pytorch] [data-form=script]": f"run-{pair[0]}-pytorch.py",
        "[data-library=pytorch] [data-form=zip]": f"run-{pair[0]}-pytorch.zip",
        "#home-weights": f"run-{pair[0]}.safetensors",
        "#home-onnx": f"run-{pair[0]}.onnx",
    }

    for button, name in wanted.items():
        with page.expect_download() as file:
            page.click(f"#home-card {button}")
        assert file.value.suggested_filename == name
        file.value.save_as(tmp_path / name)

    cells = json.loads((tmp_path / f"run-{pair[0]}-keras.ipynb").read_text("utf-8"))["cells"]
    assert any("model.fit(" in "".join(cell["source"]) for cell in cells)
    with zipfile.ZipFile(tmp_path / f"run-{pair[0]}-pytorch.zip") as archive:
        assert "train.py" in archive.namelist()


def test_what_keras_lacks_is_not_offered(open_page: Open, server: str) -> None:
    run = trained(server, QUICK | {"epochs": 1, "optimizer": "muon"})
    page = open_page(f"/train?run={run}")

    fold_out(page, "#home-card")
    expect(page.locator("#home-note")).to_be_visible()
    expect(page.locator("#home-card [data-library=keras] a:visible")).to_have_count(0)
    expect(page.locator("#home-card [data-library=pytorch] a:visible")).to_have_count(3)


@pytest.fixture
def run(server: str) -> str:
    """A finished run of one's own."""
    return trained(server, QUICK | {"epochs": 1})


def test_a_run_is_renamed_in_place(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}")
    row = page.locator(".run-row.is-open")

    tab(page, "networks")
    row.get_by_role("button", name="Rename").click()
    page.keyboard.type("<b>my first</b>")
    page.keyboard.press("Enter")

    expect(row.locator(".run-name")).to_have_text("<b>my first</b>")
    assert tell(server, run)["name"] == "<b>my first</b>"


def test_a_clone_starts_with_the_settings_of_its_run_and_is_compared_with_it(
    open_page: Open, server: str, pair: tuple[str, str]
) -> None:
    page = open_page("/train")
    row = page.locator(".run-row", has_text="with").first

    tab(page, "networks")
    row.get_by_role("button", name="Clone").click()
    run = start(page)
    finish(page)

    assert tell(server, run)["training"]["l2"] == 0.01
    assert f"compare={pair[1]}" in page.url


def test_a_run_is_deleted_only_after_it_was_confirmed(open_page: Open, server: str, run: str) -> None:
    page = open_page(f"/train?run={run}", expected="404")
    row = page.locator(".run-row.is-open")

    tab(page, "networks")
    row.get_by_role("button", name="Delete").click()
    page.click("#delete-no")
    assert get(f"{server}/api/runs/{run}").status_code == 200
    row.get_by_role("button", name="Delete").click()
    assert "cannot be undone" in page.inner_text("#delete-told")
    page.click("#delete-yes")

    expect(page.locator(".run-row.is-open")).to_have_count(0)
    assert get(f"{server}/api/runs/{run}").status_code == 404
    expect(page).not_to_have_url(re.compile("run="))


def test_what_someone_else_started_can_be_watched_but_not_changed(open_page: Open, server: str) -> None:
    run = submit(server, LONG)
    page = open_page("/train")
    page.route(f"**/api/runs/{run}", lambda route: route.fulfill(json=tell(server, run) | {"mine": False}))
    page.route("**/api/runs", lambda route: route.fulfill(json=_someone_elses(server)))
    page.goto(f"{server}/train?run={run}")

    expect(page.locator("#run-state")).to_contain_text("Someone else started this run")
    expect(page.locator("#run-stop")).to_have_attribute("hidden", "")
    ask(server, run, state="stopped")
    ended(server, run)


def _someone_elses(server: str) -> dict[str, list[dict[str, object]]]:
    runs = get(f"{server}/api/runs").json()["runs"]
    return {"runs": [run | {"mine": False} for run in runs]}


def test_overfitting_trains_both_and_compares_what_was_measured(open_page: Open, server: str) -> None:
    page = open_page(address({"learning_rate": 0.02}))

    tab(page, "overfitting")
    expect(page.locator("[name=cure]").first).to_have_value("more-pictures")
    page.check("[name=cure][value=l2]")
    page.fill("#few", "60")
    page.fill("#few-epochs", "25")
    page.click("#play")
    expect(page.locator("#verdict")).to_contain_text("points")
    page.wait_for_url(re.compile("compare="))
    ids = [opened(page) or "", page.url.split("compare=")[1][:16]]
    plain, cured = (tell(server, run) for run in ids)

    last = [run["history"][-1] for run in (plain, cured)]
    shares = [100 * row["validation_accuracy"] for row in last]
    gaps = [100 * (row["train_accuracy"] - row["validation_accuracy"]) for row in last]
    shown = [numbers(page.inner_text(place))[0] for place in ("#plain-share", "#cured-share")]
    assert shown == pytest.approx(shares, abs=0.51)
    told, narrowed = page.inner_text("#verdict").split(" with L2 0.03. ")
    assert numbers(told) == pytest.approx(shares, abs=0.51)
    assert numbers(narrowed) == pytest.approx(gaps, abs=0.51)
    assert narrowed.startswith("Here the remedy did not narrow the gap") == (gaps[1] >= gaps[0])
    assert cured["pair"] == ids[0]
    differing = {key for key, value in plain["training"].items() if value != cured["training"][key]}
    assert differing == {"l2"}
    assert (plain["training"]["train_limit"], plain["training"]["seed"]) == (60, cured["training"]["seed"])


def test_a_prepared_state_is_a_link_with_all_its_settings(open_page: Open, server: str) -> None:
    available = {row["name"] for row in get(f"{server}/api/datasets").json()["datasets"] if row["available"]}
    recipes = get(f"{server}/api/recipes").json()["recipes"]
    prepared = [recipe for recipe in recipes if recipe["kind"] != "start" and recipe["dataset"] in available]
    chosen = next(recipe for recipe in prepared if recipe["name"] == "too-deep")
    page = open_page("/train", expected="429")
    ordered: list[dict[str, Any]] = []

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        ordered.append(route.request.post_data_json)
        return route.fulfill(status=429, json={"title": "Full", "status": 429, "detail": "The queue is full."})

    assert page.locator("#prepared a").count() == len(prepared)
    tab(page, "experiments")
    page.click(f"#prepared a:has-text('{chosen['title']}')")
    page.wait_for_url(re.compile("recipe=too-deep"))
    page.wait_for_selector("html[data-ready]")
    page.route("**/api/runs", refuse)
    page.click("#run-start")

    expect(page.locator("#problem")).to_contain_text("The queue is full.")
    expect(page.locator("#run-start")).to_be_enabled()
    assert ordered[0]["network"] == chosen["network"]
    assert ordered[0]["training"] | chosen["training"] == ordered[0]["training"]
