"""A run's events on their way to viewers: app/web/training/streams.py and tails.py, with no server around them."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from app.core.networks.networks import parse_network
from app.core.shares import Holder
from app.core.training.hyperparameters import Training
from app.files.files import Files
from app.runs.store.orders import Order
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.web.refusals import TooManyStreams
from app.web.training import streams as streams_module
from app.web.training import tails
from app.web.training.streams import Streams
from tests.web.logged_runs import SMALL, read_events, set_state, steps, write
from tests.web.stream_readers import take, watch

ORDER = Order("digits", parse_network(SMALL), Training(), classes=tuple("0123456789"))
HANGS_S = 60
Scene = Callable[[Streams], Coroutine[Any, Any, None]]


@pytest.fixture
def store(database: str, tmp_path: Path) -> Any:
    store = Store.open(database, Files(tmp_path))
    yield store
    store.close()


@pytest.fixture
def run_id(store: Store) -> str:
    """A run whose log has one event: it is queued."""
    return store.submit(ORDER, Visitor(None, "10.0.0.1")).id


def play(store: Store, scene: Scene, limit: int = 300) -> None:
    """The scene, in an event loop; one that hangs fails."""

    async def run() -> None:
        streams = Streams(store, limit)
        try:
            await asyncio.wait_for(scene(streams), HANGS_S)
        finally:
            streams.stop()

    asyncio.run(run())


def test_a_run_that_is_over_is_told_from_its_first_event_to_its_last(store: Store, run_id: str) -> None:
    write(store, run_id, *steps(1, 1000))
    set_state(store, run_id, "finished")

    async def scene(streams: Streams) -> None:
        started = time.perf_counter()
        told = await watch(streams, run_id)

        assert [number for number, _, _ in told] == list(range(1, 1003))
        assert (told[0][1], told[1][1], told[-1][1]) == ("state", "step", "state")
        assert told[1][2] == '{"step":1,"loss":1.0}'
        assert time.perf_counter() - started < 2, "the end was waited for"

    play(store, scene)


def test_who_comes_back_gets_exactly_what_was_missed(store: Store, run_id: str) -> None:
    write(store, run_id, *steps(1, 50))
    set_state(store, run_id, "stopped")

    async def scene(streams: Streams) -> None:
        assert [number for number, _, _ in await watch(streams, run_id, after=37)] == list(range(38, 53))
        assert await watch(streams, run_id, after=52) == []
        assert await watch(streams, run_id, after=10**6) == []

    play(store, scene)


def test_an_event_comes_soon_after_it_is_written(store: Store, run_id: str) -> None:
    async def scene(streams: Streams) -> None:
        async with aclosing(streams.watch(run_id, 0, "en")) as frames:
            await take(frames, 1)
            waits = []
            for number in range(2, 12):
                await asyncio.to_thread(write, store, run_id, *steps(number, 1))
                written = time.perf_counter()
                await take(frames, number)
                waits.append(time.perf_counter() - written)

        assert sorted(waits)[5] < 0.1

    play(store, scene)


def test_an_event_is_late_once_however_many_watch_and_old_ones_never(store: Store, run_id: str) -> None:
    def counted() -> tuple[float, float]:
        told = {sample.name: sample.value for family in tails.LAG.collect() for sample in family.samples}
        return told["playground_event_lag_seconds_count"], told["playground_event_lag_seconds_sum"]

    async def scene(streams: Streams) -> None:
        write(store, run_id, *steps(1, 50))
        before = counted()
        viewers = [asyncio.create_task(watch(streams, run_id)) for _ in range(5)]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(write, store, run_id, *steps(51, 3))
        await asyncio.to_thread(set_state, store, run_id, "finished")
        await asyncio.gather(*viewers)
        count, seconds = (after - earlier for after, earlier in zip(counted(), before, strict=True))

        assert count == 4
        assert 0 <= seconds < 4

    play(store, scene)


def test_twenty_viewers_who_leave_and_return_see_every_event_once(store: Store, run_id: str) -> None:
    total = 400

    def train() -> None:
        for first in range(1, total + 1, 5):
            write(store, run_id, *steps(first, 5))
            time.sleep(0.005)
        set_state(store, run_id, "finished")

    async def come_and_go(streams: Streams, seed: int) -> list[int]:
        chance, seen = random.Random(seed), [0]
        while seen[-1] < total + 2:
            async with aclosing(streams.watch(run_id, seen[-1], "en")) as frames:
                seen += await take(frames, seen[-1] + chance.randint(1, 80))
            await asyncio.sleep(chance.random() * 0.05)
        return seen[1:]

    async def scene(streams: Streams) -> None:
        trainer = threading.Thread(target=train)
        trainer.start()
        seen = await asyncio.gather(*(come_and_go(streams, seed) for seed in range(20)))
        await asyncio.to_thread(trainer.join)

        assert all(numbers == list(range(1, total + 3)) for numbers in seen)

    play(store, scene)


def test_many_viewers_cost_one_reader(store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []
    events = store.events
    monkeypatch.setattr(store, "events", lambda *arguments: readings.append(1) or events(*arguments))

    async def scene(streams: Streams) -> None:
        viewers = [asyncio.create_task(watch(streams, run_id, after=1)) for _ in range(200)]
        await asyncio.sleep(0.2)
        for number in range(2, 22):
            await asyncio.to_thread(write, store, run_id, *steps(number, 1))
        await asyncio.to_thread(set_state, store, run_id, "finished")
        seen = await asyncio.gather(*viewers)

        assert all([number for number, _, _ in told] == list(range(2, 23)) for told in seen)
        assert len(readings) < 100

    play(store, scene)


def test_a_viewer_who_is_far_behind_costs_no_memory_and_misses_nothing(store: Store, run_id: str) -> None:
    large = [("snapshot", {"image": "x" * 100_000})] * 60

    async def scene(streams: Streams) -> None:
        async with aclosing(streams.watch(run_id, 0, "en")) as slow:
            await take(slow, 1)
            await asyncio.to_thread(write, store, run_id, *large)
            await asyncio.sleep(0.3)
            kept = streams._tails[run_id]._bytes
            seen = await take(slow, 61)

        assert kept <= tails.KEPT_BYTES < 60 * 100_000
        assert seen == list(range(2, 62))

    play(store, scene)


def test_pieces_are_small_enough_for_a_slow_connection(store: Store, run_id: str) -> None:
    write(store, run_id, ("snapshot", {"image": "x" * 300_000}))
    set_state(store, run_id, "finished")

    async def scene(streams: Streams) -> None:
        pieces = [piece async for piece in streams.watch(run_id, 0, "en")]

        assert max(map(len, pieces)) <= streams_module.PIECE_BYTES
        assert len(read_events(b"".join(pieces).decode())) == 3

    play(store, scene)


def test_a_quiet_stream_says_that_it_is_alive(store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "PING_S", 0.05)

    async def scene(streams: Streams) -> None:
        await asyncio.to_thread(set_state, store, run_id, "running")
        async with aclosing(streams.watch(run_id, 2, "en")) as frames:
            first = [await anext(frames) for _ in range(3)]

        assert first == [b"retry: 2000\n\n", b": ping\n\n", b": ping\n\n"]

    play(store, scene)


def test_a_paused_run_keeps_its_viewers_until_it_ends(store: Store, run_id: str) -> None:
    async def scene(streams: Streams) -> None:
        viewer = asyncio.create_task(watch(streams, run_id))
        await asyncio.to_thread(set_state, store, run_id, "paused")
        await asyncio.sleep(0.2)
        assert not viewer.done()
        await asyncio.to_thread(set_state, store, run_id, "running")
        await asyncio.to_thread(set_state, store, run_id, "diverged")

        assert len(await viewer) == 4

    play(store, scene)


def test_a_failed_run_that_goes_on_is_followed_to_its_real_end(store: Store, run_id: str) -> None:
    for state in ("failed", "queued", "running", "finished"):
        set_state(store, run_id, state)

    async def scene(streams: Streams) -> None:
        assert len(await watch(streams, run_id)) == 5

    play(store, scene)


def test_a_run_that_is_removed_lets_its_viewers_go(store: Store, run_id: str) -> None:
    async def scene(streams: Streams) -> None:
        viewer = asyncio.create_task(watch(streams, run_id))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(store.delete, run_id)

        assert len(await viewer) == 1

    play(store, scene)


def test_the_servers_end_is_the_end_of_all_streams(store: Store, run_id: str) -> None:
    async def scene(streams: Streams) -> None:
        viewers = [asyncio.create_task(watch(streams, run_id)) for _ in range(50)]
        await asyncio.sleep(0.2)
        started = time.perf_counter()
        streams.close()
        await asyncio.gather(*viewers, watch(streams, run_id))

        assert time.perf_counter() - started < 0.5

    play(store, scene)


def test_a_reason_reaches_each_viewer_in_their_language(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "say", lambda reason, language: reason and f"{language}: {reason}")
    set_state(store, run_id, "failed", reason={"message": "At most %(limit)d.", "values": {"limit": 3}})

    async def scene(streams: Streams) -> None:
        english, spanish = await asyncio.gather(*(watch(streams, run_id, 0, language) for language in ("en", "es")))

        assert '"reason":"en: At most 3."' in english[-1][2]
        assert '"reason":"es: At most 3."' in spanish[-1][2]

    play(store, scene)


def test_only_so_many_may_watch_and_a_place_is_free_again(store: Store) -> None:
    async def scene(streams: Streams) -> None:
        with streams.place(), streams.place():
            with pytest.raises(TooManyStreams) as refused, streams.place():
                pass
            assert refused.value.values["seconds"] > 0

        assert streams.open == 0
        with streams.place():
            assert streams.open == 1

    play(store, scene, limit=2)


def test_who_has_most_streams_makes_way_for_another(store: Store, run_id: str) -> None:
    crowd = [Holder("10.0.0.9", f"invented {k}") for k in range(3)]

    async def view(streams: Streams, holder: Holder) -> None:
        with streams.place(holder) as place:
            async for _ in streams.watch(run_id, 0, "en", place):
                pass

    async def scene(streams: Streams) -> None:
        viewers = [asyncio.create_task(view(streams, holder)) for holder in crowd]
        await asyncio.sleep(0.2)
        polite = asyncio.create_task(view(streams, Holder("10.0.0.1", "anna")))
        await asyncio.sleep(0.2)

        assert [viewer.done() for viewer in (*viewers, polite)] == [False, False, True, False]
        assert streams.open == 3
        streams.close()
        await asyncio.gather(*viewers, polite)

    play(store, scene, limit=3)


def test_a_log_that_cannot_be_read_ends_the_stream(store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError

    async def scene(streams: Streams) -> None:
        viewer = asyncio.create_task(watch(streams, run_id))
        await asyncio.sleep(0.2)
        monkeypatch.setattr(store, "events", fail)
        write(store, run_id, *steps(1, 1))

        assert len(await viewer) == 1

    play(store, scene)


def test_who_waits_is_told_its_ticket_and_each_that_comes_later_is_told_the_newest(store: Store, run_id: str) -> None:
    async def scene(streams: Streams) -> None:
        async with aclosing(streams.watch(run_id, 1, "en")) as frames:
            told = [await anext(frames) for _ in range(2)]
            async with aclosing(streams.watch(run_id, 1, "en")) as later:
                again = [await anext(later) for _ in range(2)]

        assert told == again
        assert told[1].startswith(b'event: ticket\ndata: {"place": 1, "waiting": 1, ')

    play(store, scene)
