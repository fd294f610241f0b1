"""What a server needs of the runs while it only submits, starts and watches them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_store_and_the_executor_need_no_pytorch() -> None:
    modules = ("app.runs.store.store", "app.runs.executor.executor", "app.runs.executor.speed_probe")
    code = f"import {', '.join(modules)}, sys; print([name for name in sys.modules if name == 'torch'])"

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert told == "[]\n"
