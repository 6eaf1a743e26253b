"""Running a page's commands as a reader would: a server beside, one shell, an empty folder."""

import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tools.pages import ROOT

PORT = "8800"
_START_S = 180
_PAGE_S = 240
_KEY = re.compile(r"tb_(sec|pub|sign)_[\w-]+")
_NAMES = {"sec": "SECRET", "pub": "PUBLISHABLE", "sign": "SIGNING_SECRET"}
# What a reader types, and what is run in its place to spare time.
_SHORTER = {"make demo": "tailorbird demo --data demo-data --shoppers 400 --days 20"}


class Printed(msgspec.Struct, frozen=True):
    """What a command printed, and how it ended."""

    text: str
    code: int


class NoServer(Exception):
    """The server of a page did not start."""


def run_page(
    server: str | None, files: Mapping[str, str], commands: Sequence[str]
) -> list[Printed]:
    """Run the commands of a page one after the other, in one shell.

    Args:
        server: the command of a server that runs beside, if any; it listens on port 8800 there,
            and on a free one here.
        files: what the page has the reader save first.
        commands: what the page has the reader type.

    Raises:
        NoServer: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="tailorbird-docs-") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
        if server is None:
            return _typed(commands, folder, {}, PORT)
        with _serving(server, folder) as (port, keys):
            return _typed(commands, folder, keys, port)


@contextmanager
def _serving(command: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a server; yield its port, and the keys that it printed as a reader's variables."""
    port = _free_port()
    said = folder / "server.log"
    shown = [*shlex.split(_SHORTER.get(command, command)), "--port", port]
    with said.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - the pages are ours
            shown, cwd=folder, env=_surroundings({}), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(port, process, said)
            keys = {_NAMES[one[1]]: one[0] for one in _KEY.finditer(said.read_text("utf-8"))}
            yield port, {**keys, "URL": f"http://127.0.0.1:{port}"}
        finally:
            process.terminate()
            process.wait(30)


def _typed(
    commands: Sequence[str], folder: Path, variables: Mapping[str, str], port: str
) -> list[Printed]:
    """Run all commands in one shell, so that one sees the variables of those before it."""
    results = folder / ".results"
    results.mkdir()
    script = ["set +e"]
    for number, command in enumerate(commands):
        typed = _as_here(command, variables).replace(f":{PORT}", f":{port}")
        script.append(
            f"{{ {typed}\n}} > {results}/{number}.out 2>&1\necho $? > {results}/{number}.code"
        )
    subprocess.run(  # noqa: S603 - the pages are ours
        ["/bin/bash", "-c", "\n".join(script)],
        cwd=folder,
        env=_surroundings(variables),
        stdin=subprocess.DEVNULL,
        timeout=_PAGE_S,
        check=True,
    )
    return [
        Printed(
            (results / f"{number}.out").read_text("utf-8").replace(f":{port}", f":{PORT}"),
            int((results / f"{number}.code").read_text("utf-8")),
        )
        for number in range(len(commands))
    ]


def _as_here(command: str, variables: Mapping[str, str]) -> str:
    """A reader copies keys by hand (`export SECRET=tb_sec_…`); here they are known already."""
    name, _, value = command.removeprefix("export ").partition("=")
    if command.startswith("export ") and value.endswith("…") and name in variables:
        return f"export {name}={variables[name]}"
    return command


def _surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PROJECT": str(ROOT)}
    return {**kept, **plain, "PATH": path, **variables}


def _free_port() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])


def _wait_for(port: str, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
            asked.request("GET", "/readyz")
            if asked.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.05)
    raise NoServer(f"No answer on port {port}; the server said:\n{said.read_text('utf-8')[-2000:]}")
