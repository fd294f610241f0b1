"""A class that presses Start at once, at a real server with its default settings: the benchmark's own pupils, fewer."""

import asyncio

from benchmarks.classroom import classroom, gather
from tests.web.live_server import DIGITS


def test_nobody_is_refused_and_each_starts_by_itself() -> None:
    with classroom(None) as address:
        pupils = asyncio.run(gather(address, 10, DIGITS, 2.0))

    assert {pupil.status for pupil in pupils} == {201}
    assert {pupil.state for pupil in pupils} == {"finished"}
    assert sum(bool(pupil.told) for pupil in pupils) >= 7, "whoever waits is told for how long"
    for pupil in pupils:
        places = [place for _, _, place in pupil.told]
        assert places == sorted(places, reverse=True), "nobody falls back"
