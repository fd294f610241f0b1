"""`python -m app` is the command line."""

if __name__ == "__main__":
    from app.cli import cli

    cli(prog_name="python -m app")
