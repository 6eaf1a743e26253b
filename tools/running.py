"""Running a page's commands as a reader would: one shell, an empty folder, a server beside."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

PORT = "8800"
_PAGE_S = 300
_KEYS = {"SECRET": "tb_sec_", "PUBLISHABLE": "tb_pub_", "SIGNING_SECRET": "tb_sign_"}
_PORT = re.compile(rf"(:|--port ){PORT}\b")
_KEY = re.compile(r"export (SECRET|PUBLISHABLE|SIGNING_SECRET)=tb_\w*…")
# What a reader types, and what is run in its place to spare time.
_SHORTER = {"make demo": "tailorbird demo --data demo-data --shoppers 400 --days 20"}

_SERVE = """
{command} --port {port} > server.log 2>&1 &
SERVER=$!
until curl -sf http://127.0.0.1:{port}/readyz > /dev/null; do
    kill -0 $SERVER 2> /dev/null || {{ cat server.log >&2; exit 97; }}
    sleep 0.1
done
"""


class Typed(msgspec.Struct, frozen=True):
    """A line for the shell; one that serves goes on beside those after it."""

    text: str
    serves: bool = False


class Printed(msgspec.Struct, frozen=True):
    """What a command printed, and how it ended."""

    text: str
    code: int


class NotRun(Exception):
    """The page could not be run to its end."""


def run_page(lines: Sequence[Typed], files: Mapping[str, str]) -> list[Printed]:
    """Run the lines of a page one after the other; return what each printed.

    A server listens on port 8800 in the page, and on a free one here.

    Raises:
        NotRun: a server did not start, or the page took too long.
    """
    with tempfile.TemporaryDirectory(prefix="tailorbird-docs-") as name:
        folder, port = Path(name), _free_port()
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, "utf-8")
        (folder / ".results").mkdir()
        _in_a_shell("\n".join(_script(lines, port)), folder, port)
        return [_printed(folder, number, port) for number in range(len(lines))]


def _script(lines: Sequence[Typed], port: str) -> Iterator[str]:
    yield "SERVER="
    for number, line in enumerate(lines):
        if line.serves:
            command = shlex.join(shlex.split(_SHORTER.get(line.text, line.text)))
            yield _SERVE.format(command=command, port=port)
            for name, prefix in _KEYS.items():
                yield f"export {name}=$(grep -om1 '{prefix}[A-Za-z0-9_-]*' server.log | head -1)"
        else:
            # A reader copies keys by hand (`export SECRET=tb_sec_…`); here they are set already.
            text = _PORT.sub(rf"\g<1>{port}", _KEY.sub("true", line.text))
            yield f"{{ {text}\n}} > .results/{number}.out 2>&1"
            yield f"echo $? > .results/{number}.code"
    yield "[ -z $SERVER ] || { kill $SERVER; wait $SERVER; } 2> /dev/null"
    yield "exit 0"


def _in_a_shell(script: str, folder: Path, port: str) -> None:
    """Run a script in a session of its own, so that nothing of it is left behind."""
    shell = subprocess.Popen(  # noqa: S603 - the pages are ours
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=_surroundings(port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = shell.communicate(timeout=_PAGE_S)
    except subprocess.TimeoutExpired as cause:
        raise NotRun(f"The page took more than {_PAGE_S} s") from cause
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    if shell.returncode:
        raise NotRun(said.decode("utf-8", "replace")[-4000:])


def _printed(folder: Path, number: int, port: str) -> Printed:
    out, code = (folder / ".results" / f"{number}.{kind}" for kind in ("out", "code"))
    if not code.exists():
        return Printed("", 0)
    text = out.read_text("utf-8").replace(f":{port}", f":{PORT}")
    return Printed(text, int(code.read_text("utf-8")))


def _surroundings(port: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    return {**kept, **plain, "PATH": path, "URL": f"http://127.0.0.1:{port}"}


def _free_port() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])
