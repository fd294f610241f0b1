"""`python -m app` is the command line."""

import os
import signal
import sys

if __name__ == "__main__":
    if os.getpid() == 1:  # a container's first process: signals without a handler never reach it, while this loads
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

    from app.tuning import tune

    tune(sys.argv[1:])

    from app.cli import cli

    cli(prog_name="python -m app")
