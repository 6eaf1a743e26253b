"""A Chromium without a screen, driven over a pipe by its DevTools protocol; needs no library."""

import base64
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_ABOVE_ALL_NAMED = 20  # file descriptors that cannot collide with 3 and 4


def chromium() -> str | None:
    """Return where Chromium is, if it is installed."""
    return shutil.which("chromium") or shutil.which("google-chrome")


class Tab:
    """One tab; every call waits for its answer."""

    def __init__(self, read: int, write: int) -> None:
        self._read = read
        self._write = write
        self._rest = b""
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                assert "error" not in heard, heard
                result: dict[str, Any] = heard["result"]
                return result
            self._note(heard)

    def go(self, address: str) -> None:
        """Open an address and wait until it is loaded."""
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script: str, within_s: float = 15.0) -> Any:
        """Wait until an expression is true, and return its value."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            value = self.evaluate(script)
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"not within {within_s} s: {script}")

    def size(self, width: int, height: int, *, scheme: str = "light") -> None:
        """Set the size of the window in CSS pixels, and the color scheme that is preferred."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Write what the page looks like as a PNG."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._read, 1 << 16)
            assert part, "Chromium has gone"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _note(self, heard: dict[str, Any]) -> None:
        """Keep what the browser complains of: refused scripts, failed loads, exceptions."""
        if heard.get("method") == "Log.entryAdded":
            entry = heard["params"]["entry"]
            if entry["level"] in {"error", "warning"}:
                self.complaints.append(entry["text"])
        if heard.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(heard["params"]["exceptionDetails"]))


@contextlib.contextmanager
def open_tab(folder: Path) -> Iterator[Tab]:
    """Start a Chromium of its own in a folder, lend a tab of it, and end it."""
    program = chromium()
    assert program is not None
    theirs_read, ours_write = _pipe()
    ours_read, theirs_write = _pipe()
    child = os.posix_spawn(
        program,
        [program, *_FLAGS, f"--user-data-dir={folder / 'chromium'}"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, theirs_read, 3),
            (os.POSIX_SPAWN_DUP2, theirs_write, 4),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0o600),
        ],
        setpgroup=0,
    )
    os.close(theirs_read)
    os.close(theirs_write)
    try:
        yield Tab(ours_read, ours_write)
    finally:
        os.close(ours_write)
        os.close(ours_read)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ALL_NAMED) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
