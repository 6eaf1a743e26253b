"""What a test asks a foreign client library to do, and how each library is run."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.live import equipment

HERE = Path(__file__).parent
NODE = HERE / "node"
_RUN_S = 120
_INSTALL_S = 300

Call = dict[str, Any]
"""One call: `call` names it, `lateMs` says how long ago it happened, the rest is the library's."""


class Client(msgspec.Struct, frozen=True):
    """A foreign library, and one way of setting it up.

    `name` says both to readers; `library` is what the scripts know it by.
    """

    name: str
    library: str
    gzip: bool = False
    batching: bool = False
    beacon: bool = False

    @property
    def in_browser(self) -> bool:
        """Whether it runs in a browser, where the page has one visitor at a time."""
        return self.library.endswith("-browser")


CLIENTS = (
    Client("Segment's Python library", "segment-python"),
    Client("Segment's Python library with gzip", "segment-python", gzip=True),
    Client("RudderStack's Python library, plain", "rudder-python"),
    Client("RudderStack's Python library", "rudder-python", gzip=True),
    Client("Segment's Node library", "segment-node"),
    Client("RudderStack's Node library, plain", "rudder-node"),
    Client("RudderStack's Node library", "rudder-node", gzip=True),
    Client("Segment's browser library", "segment-browser"),
    Client("Segment's browser library, batching", "segment-browser", batching=True),
    Client("RudderStack's browser library", "rudder-browser"),
    Client("RudderStack's browser library, batching", "rudder-browser", batching=True),
    Client("RudderStack's browser library with sendBeacon", "rudder-browser", beacon=True),
)


class Order(msgspec.Struct, frozen=True, rename="camel"):
    """Calls to be made to a server by a client whose clock is `skew_ms` ahead."""

    library: str
    url: str
    key: str
    calls: tuple[Call, ...]
    gzip: bool = False
    batching: bool = False
    beacon: bool = False
    skew_ms: int = 0


def order_for(
    client: Client, url: str, key: str, calls: tuple[Call, ...], skew_ms: int = 0
) -> Order:
    """Return what a client is asked to do."""
    return Order(
        library=client.library,
        url=url,
        key=key,
        calls=calls,
        gzip=client.gzip,
        batching=client.batching,
        beacon=client.beacon,
        skew_ms=skew_ms,
    )


def send(order: Order) -> None:
    """Run a library outside the browser until it has sent everything; fail when it gives up."""
    if order.library.endswith("-python"):
        _run([sys.executable, str(HERE / "python_client.py")], order)
    else:
        _run([node(), str(install_node_packages() / "client.cjs")], order)


def node() -> str:
    """Return where Node.js is, or skip."""
    return equipment(shutil.which("node"), name="Node.js")


def install_node_packages() -> Path:
    """Return the folder of the Node packages; they are installed when they are missing."""
    lock, installed = NODE / "package-lock.json", NODE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = equipment(shutil.which("npm"), name="npm")
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--loglevel=error"],
            cwd=NODE,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_INSTALL_S,
        )
    return NODE


def _run(command: list[str], order: Order) -> None:
    done = subprocess.run(
        command,
        input=msgspec.json.encode(order),
        capture_output=True,
        check=False,
        timeout=_RUN_S,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
