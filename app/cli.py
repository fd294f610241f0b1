"""The command line: `python -m app serve`, `train` ...; each command but serving is a file of `commands`."""

from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.commands.evaluate import evaluate
from app.commands.familiarity import familiarity
from app.commands.fetch import fetch
from app.commands.train import train
from app.logs import configure
from app.main import create_app
from app.settings import Settings

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Convolution Playground")


@cli.callback()
def _several() -> None:
    """See what convolution and convolutional networks do, on your own pictures."""


def _read_settings(given: dict[str, Any]) -> Settings:
    """The settings, or a sentence for each that cannot be used."""
    try:
        return Settings(**given)
    except (ValidationError, SettingsError) as error:
        wrong = error.errors() if isinstance(error, ValidationError) else [{"loc": [], "msg": str(error)}]
        for entry in wrong:
            name = "".join(f"PLAYGROUND_{part}".upper() for part in entry["loc"][:1])
            typer.echo(f"{name} {entry['msg']} (docs/settings.md lists all settings)".strip(), err=True)
        raise typer.Exit(2) from None


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    data: Annotated[Path | None, typer.Option(help="Folder for what the server keeps.")] = None,
) -> None:
    """Start the web app."""
    settings = _read_settings({} if data is None else {"data": data})
    configure(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    typer.echo(f"Convolution Playground: http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}")
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


for command in (train, evaluate, familiarity, fetch):
    cli.command()(command)
