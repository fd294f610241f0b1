"""`python -m app serve`: the web app on a port, until it is stopped."""

import asyncio
import gc
import os
import resource
import socket
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from uvicorn.config import STARTUP_FAILURE

from app.commands.errors import told_plainly
from app.commands.starting import addresses, check_cluster, check_places, check_secret, teacher_link
from app.connections import Connection, Connections
from app.logs import configure
from app.main import create_app
from app.settings import Settings

ACCEPTS = 8
OTHER_FILES = 600  # the database, pipes to workers and trainers, uploads, answers that are sent from files


class _Server(uvicorn.Server):
    """Starts the workers before anybody asks for one, and ends the event streams when it stops.

    The streams have no end of their own, and uvicorn would wait for them.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, connections: Connections) -> None:
        super().__init__(config)
        self._app = app
        self._connections = connections

    async def on_tick(self, counter: int) -> bool:
        """As uvicorn's, ten times a second."""
        if counter % 10 == 0:
            self._connections.look()
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; then the workers start, while the first page is already served."""
        await super().startup(sockets)
        gc.freeze()  # what is there stays: else any large request has all of it looked through, for 0.1 s
        if self.started:
            await self._accept_more()
            asyncio.get_running_loop().run_in_executor(None, self._app.state.workers.start)

    async def _accept_more(self) -> None:
        """Listens ACCEPTS times at the same socket: uvloop takes one connection each in a pass of its loop.

        Whoever opens hundreds would otherwise keep the next one waiting for hundreds of passes.
        """
        config, loop = self.config, asyncio.get_running_loop()
        protocol = partial(config.http_protocol_class, config, self.server_state, self.lifespan.state)  # type: ignore[call-arg]
        for listening in [plug for server in self.servers for plug in server.sockets]:
            for _ in range(ACCEPTS - 1):
                twin = socket.socket(fileno=os.dup(listening.fileno()))
                self.servers.append(await loop.create_server(protocol, sock=twin, backlog=config.backlog))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, with nobody who watches any more, nor sends."""
        self._app.state.stopping.set()
        self._app.state.streams.close()
        self._app.state.watches.close()
        await super().shutdown(sockets)


def _most_connections(wanted: int) -> int:
    """As many as are wanted, or as file descriptors are left for, where the system gives no more of them."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if given < wanted + OTHER_FILES:
        given = wanted + OTHER_FILES if most == resource.RLIM_INFINITY else min(wanted + OTHER_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
    return max(min(wanted, given - OTHER_FILES), 10)


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


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    data: Annotated[Path | None, typer.Option(help="Folder for what the server keeps.")] = None,
) -> None:
    """Start the web app."""
    settings = _read_settings({} if data is None else {"data": data})
    configure(settings)
    with told_plainly(Console(stderr=True)):
        check_places(settings)
        check_secret(settings)
        check_cluster(settings)
    typer.echo(f"Convolution Playground: {', for others '.join(addresses(host, port))}")
    app = create_app(settings)
    typer.echo(
        f"For the teacher, who may change every run: {teacher_link(host, port, app.state.signatures.teacher_key)}"
    )
    connections = Connections(_most_connections(settings.connections), settings.trusted_proxies)
    config = uvicorn.Config(
        app,
        http=partial(Connection, connections=connections),  # type: ignore[arg-type]  # any maker of a protocol
        ws="none",
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = _Server(config, app, connections)
    with suppress(KeyboardInterrupt, SystemExit):  # uvicorn raises the signal again that stopped it
        server.run()
    gc.freeze()  # else the interpreter looks through all of PyTorch's objects once more: 0.7 s of a stop
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)
