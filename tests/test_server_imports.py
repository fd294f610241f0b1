"""The server's process starts at once and stays small: PyTorch neither to start nor to answer, NumPy not to start."""

import json
import subprocess
import sys
from pathlib import Path

from tests.source_reading import import_graph, starting_imports, ways
from tests.test_architecture import ROOT, plant

SERVING = ("app.__main__", "app.cli", "app.server", "app.main")
FOR_WORKERS = {"torch", "captum", "scipy", "skimage", "sklearn"}
ON_DEMAND = {"numpy", "PIL", "alembic"}  # a sample's pixels, an old database: nothing that a start waits for
FOR_MANY_MACHINES = {"obstore", "psycopg", "ray"}  # which a single one does not even install
ASKED = ("/healthz", "/convolve", "/classify", "/train", "/metrics", "/api/kernels", "/api/samples", "/api/samples/cat",
         "/api/models", "/api/networks", "/api/datasets", "/api/recipes", "/lessons", "/lessons/glossary",
         "/api/lessons", "/api/limits", "/api/runs", "/api/problems", "/api/questions",
         "/api/openapi.json")  # fmt: skip
PROGRAM = """
import json, sys
from starlette.testclient import TestClient
from app.main import create_app
from app.settings import Settings
import app.cli, app.server

with TestClient(create_app(Settings(runs_at_once=0, data=sys.argv[1])), base_url="http://localhost") as client:
    asked = {address: client.get(address).status_code for address in json.loads(sys.argv[2])}
    before = sorted({name.partition(".")[0] for name in sys.modules})
    picture = {"sample": "cat", "kernel": "sobel-x"}
    model = client.get("/api/models").json()["models"][0]["name"]
    body = {"dataset": "digits", "network": "lecture-light", "training": {"epochs": 1}, "sample": "cat"}
    answers = [
        client.get("/readyz"),
        client.post("/api/convolutions", files={}, data=picture),
        client.post("/api/convolutions/pixel", data=picture | {"x": "3", "y": "4"}),
        client.post("/api/kernel-fits", data=picture),
        client.post(f"/api/models/{model}/classifications", data={"sample": "cat"}),
        client.get(f"/api/models/{model}"),
        client.get("/api/datasets/digits"),
        client.get("/api/questions/pixel?seed=7"),
        client.post("/api/questions/pixel/answers", json={"seed": 7, "answer": "a"}),
        client.get("/lessons/3"),
        client.post("/api/runs/preview", json={"dataset": "digits"}),
        client.post("/api/networks", json=client.get("/api/networks").json()["networks"][0]["network"]),
        client.post("/api/runs", json=body),
    ]
    run = answers[-1].json()["id"]
    answers += [client.get(f"/api/runs/{run}/photo"), client.put(f"/api/runs/{run}/photo", data={"sample": "camera"})]
    after = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps([asked, before, [[str(answer.url), answer.status_code] for answer in answers], after]))
"""


def imported_for_workers(root: Path) -> list[str]:
    """Every way from what serves to an import, at the top of a file, of what only workers need."""
    graph = import_graph(root, starting_imports)
    return [
        f"{' -> '.join(way)} imports {found}"
        for name in SERVING
        if name in graph
        for way in ways(graph, name)
        for found in starting_imports(root / f"{way[-1].replace('.', '/')}.py")
        if found.split(".")[0] in FOR_WORKERS | ON_DEMAND | FOR_MANY_MACHINES
    ]


def test_no_module_of_the_server_imports_what_workers_need() -> None:
    assert imported_for_workers(ROOT) == []


def test_pytorch_behind_other_modules_of_the_server_is_found(tmp_path: Path) -> None:
    plant(tmp_path / "app/main.py", "from app.web import pages\n")
    plant(tmp_path / "app/web/pages.py", "from app.core.a import x\nfrom app.core.b import y\n")
    plant(tmp_path / "app/core/a.py", "from torch import Tensor\n")
    plant(tmp_path / "app/core/b.py", "if TYPE_CHECKING:\n    import torch\n\n\ndef late():\n    import torch\n")

    assert imported_for_workers(tmp_path) == ["app.main -> app.web.pages -> app.core.a imports torch.Tensor"]


def test_the_server_answers_everything_without_pytorch(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), json.dumps(ASKED)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)

    asked, before, answers, after = json.loads(done.stdout.splitlines()[-1])
    assert asked == dict.fromkeys(ASKED, 200)
    assert [address for address, status in answers if status not in (200, 201)] == []
    assert "fastapi" in before
    assert (FOR_WORKERS | FOR_MANY_MACHINES) & set(before) == set()
    assert (FOR_WORKERS | FOR_MANY_MACHINES) & set(after) == set()
