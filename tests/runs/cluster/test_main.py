"""Who speaks to Ray for a server, where a machine does not answer for a moment. Ray is played; nothing is started."""

import asyncio
import os
from types import SimpleNamespace
from typing import Any

import pytest
from ray.exceptions import ActorUnavailableError

from app.runs.cluster import __main__ as module


@pytest.mark.parametrize(("asked", "values"), [("train", {"line": "x"}), ("watch", {})])
def test_a_trainer_that_is_out_of_reach_is_asked_again(
    asked: str, values: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[dict[str, Any]] = []

    async def answer(**values: Any) -> int:
        tries.append(values)
        if len(tries) < 3:
            raise ActorUnavailableError("out of reach", None)
        return 0

    method = SimpleNamespace(remote=answer)
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    monkeypatch.setattr(module.ray, "get_actor", lambda *_: SimpleNamespace(train=method, wait=method))
    monkeypatch.setattr(module.ray, "kill", lambda actor: None)
    link = module.Link(os.open(os.devnull, os.O_WRONLY))

    asyncio.run(link._do(asked, name="a", **values))
    link._told.close()

    assert tries == [values] * 3
