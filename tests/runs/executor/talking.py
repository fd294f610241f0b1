"""A process that speaks as the one that speaks to Ray: `python -m tests.runs.executor.talking WAY`.

It says that it is ready, and tells again what it was told; then it ends, says nothing more, or never said anything.
"""

import json
import sys
import time


def main(way: str) -> None:
    """Until its standard input ends."""
    if way == "mute":
        time.sleep(600)
    print(json.dumps({"told": "ready"}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"told": "heard", "line": json.loads(line)}), flush=True)
        if way == "ends":
            return
        if way == "falls silent":
            time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1])
