"""Large answers to those who take nothing of them."""

import pytest

from tests.attacks.conftest import Besieged
from tests.attacks.siege import GROWN_MB, WORST_S


@pytest.mark.parametrize("attack", ["non_readers", "stream_hogs"])
def test_what_nobody_takes_fills_no_memory(server: Besieged, attack: str) -> None:
    seen = server.under(attack, seconds=6)

    assert seen.unanswered == []
    assert seen.worst < WORST_S
    assert seen.grown_mb < GROWN_MB
