"""Debian's PostgreSQL in a folder for temporary files: started, stopped, started again, with any number of databases.

As another user than root, whom PostgreSQL does not serve; on a Unix socket, so that no port is taken. What was written
is safe from a process that dies, not from a machine that does.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USERS = ("postgres", "nobody")
OWNER = "playground"
SETTINGS = {
    "fsync": "off", "full_page_writes": "off", "max_connections": "200",
    "shared_buffers": "32MB", "log_min_messages": "panic",
}  # fmt: skip
PATIENCE_S = 60.0


def find_programs() -> Path:
    """The folder of the newest release that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    assert found, "apt-get install postgresql"
    return found[-1]


class PostgreSQL:
    """A server of its own. `url` is that of one of its databases.

    With a `host`, an address of this machine, others of that network reach it, too.
    """

    def __init__(self, host: str = "", **settings: str) -> None:
        self._host = host
        self._settings = SETTINGS | {"listen_addresses": host} | settings
        self._programs = find_programs()
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path has to be short
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            user = next(pwd.getpwnam(name) for name in USERS if name in {entry.pw_name for entry in pwd.getpwall()})
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._numbers = count(1)
        command = [self._programs / "initdb", "-D", self._data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run([*command, "-N"], check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as)
        with (self._data / "pg_hba.conf").open("a") as allowed:
            allowed.write("host all all samenet trust\n")
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def pid(self) -> int:
        """Of the process whose children answer."""
        return self._process.pid

    def start(self) -> None:
        """Until it answers."""
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        command = [self._programs / "postgres", "-D", self._data, f"--unix_socket_directories={self._folder}", *options]
        self._process = subprocess.Popen(command, cwd="/", **self._as)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, "PostgreSQL has not started"
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """At once: whoever is connected is cut off. SIGINT keeps all; SIGQUIT is a crash, which is recovered from."""
        self._process.send_signal(how)
        self._process.wait(PATIENCE_S)

    def restart(self, how: signal.Signals, away_s: float) -> None:
        """Stopped so, and started again after so long."""
        self.stop(how)
        time.sleep(away_s)
        self.start()

    def remove(self) -> None:
        """All of it."""
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder)

    def make_database(self, template: str = "template1") -> str:
        """The name of a new one, a copy of the template, to which nobody may be connected."""
        name = f"runs{next(self._numbers)}"
        self._do(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Whoever is connected to it is cut off."""
        self._do(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str) -> str:
        """As settings name it."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self._host or self._folder}"

    def _address(self, database: str) -> str:
        return f"host={self._folder} user={OWNER} dbname={database}"

    def _do(self, command: sql.Composed) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(command)
