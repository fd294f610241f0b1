"""What a server needs of the runs while it only submits, starts and watches them."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_RAY = """
import sys
sys.modules["ray"] = None  # whoever imports it fails
from starlette.testclient import TestClient
from app.main import create_app
from app.settings import Settings

FOR_A_CLUSTER = "ray.", "app.runs.cluster", "app.runs.executor.placements", "app.runs.executor.link"
with TestClient(create_app(Settings(data=sys.argv[1])), base_url="http://localhost") as client:
    ready = client.get("/readyz").json()
print(ready, [name for name in sys.modules if name.startswith(FOR_A_CLUSTER)])
"""


def test_the_store_and_the_executor_need_no_pytorch() -> None:
    modules = ("app.runs.store.store", "app.runs.executor.executor", "app.runs.executor.speed_probe")
    code = f"import {', '.join(modules)}, sys; print([name for name in sys.modules if name == 'torch'])"

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert told == "[]\n"


def test_nothing_but_the_process_that_speaks_to_ray_imports_it() -> None:
    import_of_ray = re.compile(r"^\s*(import|from) ray\b", re.MULTILINE)

    named = [path for path in (ROOT / "app").rglob("*.py") if import_of_ray.search(path.read_text("utf-8"))]

    assert [path.relative_to(ROOT).as_posix() for path in named] == ["app/runs/cluster/__main__.py"]


def test_a_server_without_a_cluster_starts_and_trains_where_ray_is_not_installed(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", WITHOUT_RAY, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                          check=True, timeout=120).stdout  # fmt: skip

    assert told.splitlines()[-1] == "{'status': 'ready'} []"
