"""A server of its own in a process of its own, on a free port."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

_STARTS_WITHIN_S = 60.0


class Server(msgspec.Struct, frozen=True):
    """A running server: where it is, a secret key, and its process."""

    host: str
    key: str
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        """Where it is, as a browser writes it."""
        return f"http://{self.host}"

    def send(self, method: str, path: str, body: object) -> None:
        """Send JSON with the key."""
        entry = http.client.HTTPConnection(self.host, timeout=10)
        headers = {"Authorization": f"Bearer {self.key}"}
        entry.request(method, path, json.dumps(body), headers)
        answer = entry.getresponse()
        assert answer.status == 200, answer.read()
        entry.close()

    def track(self, item: str, **fields: Any) -> None:
        """Let somebody look at an item."""
        event = {"event": "Product Viewed", "properties": {"product_id": item}}
        self.send("POST", "/v1/track", {"anonymousId": "a1", **event, **fields})


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Start a server on an empty folder, lend it, and end it."""
    program = [sys.executable, "-m", "tailorbird.cli.main"]
    made = subprocess.run(
        [*program, "keys", "create", "--kind", "secret", "--data", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*program, "serve", "--data", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        host = f"127.0.0.1:{port}"
        _wait_for(host, process)
        yield Server(host, made.stdout.strip().splitlines()[-1], process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def _wait_for(host: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server did not start"
        entry = http.client.HTTPConnection(host, timeout=2)
        with contextlib.suppress(OSError):
            entry.request("GET", "/readyz")
            ready = entry.getresponse().status == 200
            entry.close()
            if ready:
                return
        entry.close()
        time.sleep(0.1)
    raise AssertionError("the server did not get ready")
