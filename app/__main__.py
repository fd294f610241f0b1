"""`python -m app` is the command line."""

import sys

if __name__ == "__main__":
    from app.tuning import tune

    tune(sys.argv[1:])

    from app.cli import cli

    cli(prog_name="python -m app")
