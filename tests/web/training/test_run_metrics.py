"""What a person reads at night: app/web/training/run_metrics.py, and what servers count."""

import re
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.testclient import TestClient

from app.runs.executor.orphans import lose
from app.runs.store import reasons
from app.runs.store.counts import SERVER
from app.runs.store.database import writing
from app.runs.store.queue import claim_next
from app.runs.store.schema import events, runs
from app.runs.store.store import QueueLimits
from app.web.training import run_metrics
from app.web.training.run_metrics import DATABASE
from tests.web.logged_runs import quiet_client, steps, store_of, submit, write


def scrape(client: TestClient) -> dict[str, float]:
    """Every sample by its name with its labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_is_ours_says_whether_it_may_be_added_up(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        told = client.get("/metrics").text

    helps = dict(re.findall(r"^# HELP (playground_\w+) (.*)$", told, re.MULTILINE))
    assert {name for name, said in helps.items() if said.endswith(DATABASE)} == {
        "playground_runs", "playground_queue_oldest_seconds", "playground_events_per_second",
    }  # fmt: skip
    assert [name for name, said in helps.items() if not said.endswith((DATABASE, SERVER))] == []
    assert len(helps) > 8


def test_who_waits_longest_and_how_fast_the_log_grows(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        ids = [submit(client)["id"] for _ in range(3)]
        store = store_of(client)
        write(store, ids[0], *steps(1, 30))
        write(store, ids[1], *steps(1, 500))
        with writing(store.engine) as connection:
            connection.execute(runs.update().where(runs.c.id == ids[0]).values(state="running", queued_at=None))
            connection.execute(runs.update().where(runs.c.id == ids[2]).values(queued_at=time.time() - 100))
            old = (events.c.run_id == ids[0]) & (events.c.sequence <= 11)
            connection.execute(events.update().where(old).values(written_at=time.time() - 60))
        told = scrape(client)

    assert told["playground_runs[running]"] == 1
    assert told["playground_queue_oldest_seconds"] == pytest.approx(100, abs=5)
    assert told["playground_events_per_second"] == 2.0, "of 31 events 20 are new; what waits or is over writes none"
    assert told["playground_run_places"] == 0


def test_many_scrapes_cost_the_database_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with quiet_client(tmp_path) as client:
        store, looks = store_of(client), []
        feel = store.feel_pulse
        monkeypatch.setattr(store, "feel_pulse", lambda: looks.append(1) or feel())
        for _ in range(20):
            scrape(client)

        assert len(looks) <= 2

        monkeypatch.setattr(run_metrics, "FRESH_S", 0.0)
        submit(client)

        assert scrape(client)["playground_runs[queued]"] == 1


def test_a_database_that_is_away_is_told_and_hides_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_metrics, "FRESH_S", 0.0)
    with quiet_client(tmp_path) as client:
        before = scrape(client)
        with writing(store_of(client).engine) as connection:
            connection.execute(text("ALTER TABLE runs RENAME TO lost"))
        away = scrape(client)
        with writing(store_of(client).engine) as connection:
            connection.execute(text("ALTER TABLE lost RENAME TO runs"))
        back = scrape(client)

    assert (before["playground_database_up"], away["playground_database_up"], back["playground_database_up"]) == (
        1,
        0,
        1,
    )
    errors = [told["playground_store_errors_total[database]"] for told in (before, back)]  # told before one looks
    assert errors[1] == errors[0] + 1
    assert "playground_runs[queued]" not in away
    assert "playground_event_streams" in away
    assert "process_resident_memory_bytes" in away


def test_waits_and_lost_trainers_are_counted_where_they_are_noticed(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        store, run_id = store_of(client), submit(client)["id"]
        before = scrape(client)
        with writing(store.engine) as connection:
            connection.execute(runs.update().values(queued_at=time.time() - 20))
        with writing(store.engine) as connection:
            claim = claim_next(connection, QueueLimits())
        with writing(store.engine) as connection:
            row = connection.execute(runs.select().where(runs.c.id == run_id)).mappings().one()
            lose(connection, row, reasons.LOST)
        after = scrape(client)

    rises = {name: after[name] - before.get(name, 0) for name in after}
    assert claim
    assert rises["playground_run_waited_seconds_count"] == 1
    assert rises["playground_run_waited_seconds_sum"] == pytest.approx(20, abs=2)
    assert (
        rises["playground_run_waited_seconds_bucket[15.0]"],
        rises["playground_run_waited_seconds_bucket[30.0]"],
    ) == (0, 1)
    assert rises["playground_trainers_lost_total"] == 1
