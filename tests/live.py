"""A live server in a process of its own, and what it has written, for tests from outside."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.events import Event
from tailorbird.spine.ids import DEFAULT_WORKSPACE
from tailorbird.storage.embedded.control import SqliteKeyRing
from tailorbird.storage.embedded.folder import DataFolder

TAILORBIRD = str(Path(sys.executable).with_name("tailorbird"))
_STARTING_S = 60.0
_STOPPING_S = 30.0
_decode = msgspec.msgpack.Decoder(Event).decode


class Server:
    """`tailorbird serve` on a port of its own; started, stopped and killed at will.

    Args:
        folder: the data folder; its output goes to a file beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder.with_name(f"{folder.name}.output")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """Where it listens, as host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where it listens, as clients are told."""
        return f"http://{self.host}"

    def start(self) -> None:
        """Start it, and return once it is ready."""
        self.spawn()
        self.until_ready()

    def spawn(self) -> None:
        """Start it, and return at once."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [TAILORBIRD, "serve", "--data", str(self.folder), "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def stop(self) -> None:
        """Ask it to stop, and return once it has."""
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.end(signal.SIGKILL)

    def get(self, path: str, key: str) -> Any:
        """Return what a door answers to a secret key."""
        status, body = self.ask("GET", path, key)
        assert status == 200, body
        return json.loads(body)

    def ask(
        self, method: str, path: str, key: str | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Return the status and the body of one call."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            headers = {} if key is None else {"Authorization": f"Bearer {key}"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def until_ready(self) -> None:
        """Return once it answers that it is ready."""
        deadline = time.monotonic() + _STARTING_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            if not self.alive():
                break
            time.sleep(0.02)
        raise AssertionError(f"the server did not get ready:\n{self.output.read_text()[-3000:]}")

    def alive(self) -> bool:
        """Return whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def end(self, how: signal.Signals) -> None:
        """Send its process a signal, and return once it has ended."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(_STOPPING_S)


@contextlib.contextmanager
def live_server(folder: Path) -> Iterator[Server]:
    """Lend a running server over a data folder; it is ended by its pid, come what may."""
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def make_key(folder: Path, kind: KeyKind = KeyKind.SECRET, origins: tuple[str, ...] = ()) -> str:
    """Return a new key of a data folder; works before its server starts and while it runs."""
    key, text = new_key(kind, DEFAULT_WORKSPACE, wall_clock(), origins=origins)
    with contextlib.closing(SqliteKeyRing(DataFolder(folder).control)) as ring:
        ring.add(key, text)
    return text


def logged(folder: Path) -> list[Event]:
    """Return every event of the log, in its order; read beside a running server."""
    log = folder / "workspaces" / "main" / "log.db"
    with contextlib.closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT body FROM events ORDER BY offset").fetchall()
    return [_decode(body) for (body,) in rows]


def files_with(folder: Path, text: str) -> list[str]:
    """Return the files of a data folder in whose bytes a text is found, in any case of letters."""
    wanted = text.lower().encode()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [str(path.relative_to(folder)) for path in files if wanted in path.read_bytes().lower()]


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def equipment(*found: str | None, name: str) -> str:
    """Return a program that tests need; without it they are skipped, and in CI they fail."""
    for path in found:
        if path is not None:
            return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing, and in CI nothing may be: see tools/install-services.sh")
    pytest.skip(f"{name} is missing: `make test` as root installs it")
