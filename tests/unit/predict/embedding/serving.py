"""A real HTTP server that answers as embedding servers do, or badly on purpose."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Respond = Callable[[dict[str, Any]], tuple[int, bytes]]


class Seen:
    """What the server was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []


@contextlib.contextmanager
def served(respond: Respond, slow_s: float = 0.0) -> Iterator[Seen]:
    """Lend a server on a port of its own; ended with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.bodies.append(body)
            seen.keys.append(self.headers["Authorization"])
            time.sleep(slow_s)
            status, content = respond(body)
            with contextlib.suppress(OSError):  # who asked may have given up
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen = Seen(f"http://127.0.0.1:{server.server_address[1]}/v1/embeddings")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def vectors(*rows: list[float], backwards: bool = False) -> tuple[int, bytes]:
    """Return an answer with these vectors."""
    data = [{"embedding": row, "index": number} for number, row in enumerate(rows)]
    told = data[::-1] if backwards else data
    return 200, json.dumps({"object": "list", "data": told}).encode()


def lengths(body: dict[str, Any]) -> tuple[int, bytes]:
    """Answer each text with its length and one."""
    return vectors(*([float(len(text)), 1.0] for text in body["input"]))
