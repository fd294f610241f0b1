"""A real server in its own process, and short runs for it."""

import asyncio
import json
import subprocess
from typing import Any

import httpx2

from tests.web.viewers import Viewer

DIGITS: dict[str, Any] = {
    "dataset": "digits",
    "network": {"input": [1, 8, 8], "classes": 10, "layers": [
        {"type": "conv2d", "filters": 8, "activation": "relu"}, {"type": "max_pooling2d"}, {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]},
    "training": {"epochs": 5, "learning_rate": 0.01, "batch_size": 32},
    "sample": "cat",
}  # fmt: skip
ENDLESS = DIGITS | {"training": {"epochs": 10_000, "batch_size": 8}}


class Server:
    """A running app."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)

    def submit(self, order: dict[str, Any]) -> str:
        response = self.client.post("/api/runs", json=order)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get(f"/api/runs/{run_id}").json()
        return told

    def watch(self, run_id: str, after: int = 0) -> list[tuple[int, str, dict[str, Any]]]:
        """All events from there to the end."""
        viewer = asyncio.run(Viewer(self.port, run_id, after).watch())
        return [(number, kind, json.loads(told)) for number, kind, told in viewer.events]
