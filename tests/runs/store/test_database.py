from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.core.errors import DiskFull
from app.core.training.hyperparameters import Training, describe_training
from app.files.files import Files
from app.runs.store.database import MIGRATIONS, migrate, open_engine, reading, writing
from app.runs.store.event_log import append
from app.runs.store.schema import metadata, runs
from app.runs.store.store import Store
from tests.core.training.small_trainings import small_network
from tests.postgresql import PostgreSQL
from tests.runs.conftest import ANNA, order


def test_the_migrated_tables_are_those_of_the_models(empty_database: str) -> None:
    engine = open_engine(empty_database)

    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_machine_with_postgresql_that_answers_nothing_any_more_is_given_up_within_20_s(
    postgresql: PostgreSQL,
) -> None:
    engine = open_engine(postgresql.url("postgres"))

    with engine.connect() as connection:
        asked = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]

    probes = int(asked["keepalives_interval"]) * int(asked["keepalives_count"])
    assert int(asked["keepalives_idle"]) + probes <= 20
    assert int(asked["tcp_user_timeout"]) <= 20_000
    engine.dispose()


def test_what_a_row_left_out_is_filled_with_what_it_was_then(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "0001")
    network, told = small_network().describe(), {
        "epochs": 3, "batch_size": 128, "optimizer": "sgd", "learning_rate": 0.5, "seed": 7, "normalization": "unit",
        "validation_split": 0.1, "augmentation": [],
    }  # fmt: skip
    with writing(engine) as connection:
        row = {
            "id": "a", "name": "Old", "state": "finished", "dataset": "colored", "network": network, "training": told,
            "classes": [], "address": "", "visitor": "", "created_at": 0, "is_resumed": False, "epoch": 0, "step": 0,
            "seconds": 0, "learning_rate": 0.5, "losses": 0,
        }  # fmt: skip
        table = sa.table("runs", *(runs.c[name]._copy() for name in row))
        connection.execute(table.insert().values(row))
        append(connection, "a", [("step", {"step": 1})])

    migrate(engine)

    store = Store(engine, Files(tmp_path))
    assert store.find("a").training == describe_training(
        Training(epochs=3, optimizer="sgd", learning_rate=0.5, seed=7, stratify=False)
    )
    assert store.find("a").parameters == (9 * 3 + 1) * 4 + (6 * 6 * 4 + 1) * 3
    assert store.newest("a") == 1
    store.close()


def test_a_run_says_its_own_whatever_the_defaults_have_become(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.submit(order(Training(epochs=3)), ANNA)
    others = [0.5 if value == 0.9 else value for value in Training.__init__.__defaults__ or ()]
    monkeypatch.setattr(Training.__init__, "__defaults__", tuple(others))

    found = store.find(run.id)

    assert Training().momentum == 0.5
    assert found.training["momentum"] == found.read_training().momentum == 0.9


def test_a_database_of_today_is_left_as_it_is_and_one_of_yesterday_is_not(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "0001")
    asked: list[str] = []
    upgrade = command.upgrade
    monkeypatch.setattr(
        command, "upgrade", lambda config, revision: (asked.append(revision), upgrade(config, revision))
    )

    migrate(engine)
    migrate(engine)

    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest
    assert asked == ["head"]
    engine.dispose()


def test_servers_that_start_at_once_migrate_one_after_the_other(empty_database: str, world: str) -> None:
    engines = [open_engine(empty_database) for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(migrate, engines))

    with reading(engines[0]) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
        if world == "sqlite":
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    for engine in engines:
        engine.dispose()


def test_a_full_disk_is_told_and_what_was_written_can_be_read(store: Store, world: str) -> None:
    run = store.submit(order(), ANNA)

    def fill() -> None:
        with writing(store.engine) as connection:
            if world == "sqlite":
                connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as it has: no page more
            append(connection, run.id, [("step", {"text": "x" * 10_000})] * 100)
            if world == "postgresql":  # which has no such limit; its own words of a full disk have this code
                connection.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"))

    with pytest.raises(DiskFull):
        fill()

    assert [event.kind for event in store.events(run.id)] == ["state"]
    assert store.find(run.id).state == "queued"


def test_what_goes_wrong_in_a_transaction_leaves_nothing_behind(open_store: Callable[..., Store]) -> None:
    store = open_store()
    run = store.submit(order(), ANNA)

    def break_off() -> None:
        with writing(store.engine) as connection:
            append(connection, run.id, [("step", {"loss": 1.0})])
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert store.newest(run.id) == 1
