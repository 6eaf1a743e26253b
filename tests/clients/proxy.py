"""A small proxy between a client and the server that behaves badly when it is told to."""

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Accident = Callable[["Exchange"], None]
"""What happens to one POST instead of being passed on."""

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})


class Exchange(BaseHTTPRequestHandler):
    """One call on its way through."""

    protocol_version = "HTTP/1.1"
    server: "Proxy"

    def setup(self) -> None:
        super().setup()
        self.body = b""

    def do_GET(self) -> None:
        self._pass_on()

    def do_OPTIONS(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        accident = self.server.next_accident()
        if accident is not None:
            accident(self)
            self.server.accidents_left -= 1
        else:
            all_over = self.server.accidents_left == 0
            came_through = self._pass_on()
            self.server.came_through += came_through and all_over

    def forward(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send the call to the server and return its whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        with contextlib.closing(connection):
            headers = {**dict(self.headers.items()), "Connection": "close"}
            connection.request(self.command, self.path, self.body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer the client."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        """Break the connection off without a word of an answer."""
        self.close_connection = True
        linger_not = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""

    def _pass_on(self) -> bool:
        try:
            answer = self.forward()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return False
        with contextlib.suppress(OSError):
            self.reply(*answer)
        return answer[0] == 200


class Proxy(ThreadingHTTPServer):
    """Passes calls on to a server, except the first POSTs, to which accidents happen.

    Args:
        target: the server's port.
        accidents: what happens to the first POST, to the second, and so on.

    Attributes:
        accidents_left: how many have not happened to their end.
        came_through: how many POSTs began after the last accident and got their 200.
        stored_unheard: how many got a 200 that the client never heard of.
    """

    daemon_threads = True

    def __init__(self, target: int, *accidents: Accident) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.target = target
        self.accidents_left = len(accidents)
        self.came_through = 0
        self.stored_unheard = 0
        self._accidents = list(accidents)
        self._one_at_a_time = threading.Lock()

    @property
    def url(self) -> str:
        """Where clients are told that the server is."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def over(self) -> bool:
        """Whether all accidents are over and something has come through since."""
        return self.accidents_left == 0 and self.came_through > 0

    def let_happen(self, *accidents: Accident) -> None:
        """Let accidents happen to the next POSTs."""
        with self._one_at_a_time:
            self.accidents_left += len(accidents)
            self._accidents.extend(accidents)

    def next_accident(self) -> Accident | None:
        """Return what happens to this POST, if anything does."""
        with self._one_at_a_time:
            return self._accidents.pop(0) if self._accidents else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to talk of."""


@contextlib.contextmanager
def proxy_to(target: int, *accidents: Accident) -> Iterator[Proxy]:
    """Lend a proxy in front of a server."""
    proxy = Proxy(target, *accidents)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()


def lost_answer(exchange: Exchange) -> None:
    """The server stores the events and answers, but the answer never arrives."""
    status, _, _ = exchange.forward()
    exchange.server.stored_unheard += status == 200
    exchange.hang_up()


def overloaded(status: int) -> Accident:
    """Return the accident of a server that asks to come back a second later."""

    def refuse(exchange: Exchange) -> None:
        origin = exchange.headers.get("Origin")
        readable = [] if origin is None else [("Access-Control-Allow-Origin", origin)]
        told = [
            ("Retry-After", "1"),
            ("Access-Control-Expose-Headers", "Retry-After"),
            ("Content-Type", "application/problem+json"),
        ]
        exchange.reply(status, readable + told, b'{"code":"overloaded","message":"come back"}')

    return refuse


def stored_and_then(ending: Callable[[], None]) -> Accident:
    """Return the accident of a server that stores the events and ends before it is heard."""

    def end(exchange: Exchange) -> None:
        status, _, _ = exchange.forward()
        exchange.server.stored_unheard += status == 200
        ending()
        exchange.hang_up()

    return end


def unheard_and(ending: Callable[[], None]) -> Accident:
    """Return the accident of a server that ends before the events reach it."""

    def end(exchange: Exchange) -> None:
        ending()
        exchange.hang_up()

    return end
