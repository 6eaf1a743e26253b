"""A line to a server: one connection that asks one thing at a time and reads the answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class Line(asyncio.Protocol):
    """One connection, in as few steps as can be: what it costs is taken from who is measured.

    Args:
        answered: called with the line and the status of each answer.
        broken: called when the server ends the connection.

    Attributes:
        due: when the request that is under way was due.
    """

    def __init__(
        self, answered: Callable[[Line, int], None], broken: Callable[[Exception | None], None]
    ) -> None:
        self.due = 0.0
        self._answered = answered
        self._broken = broken
        self._transport: asyncio.WriteTransport | None = None
        self._came = b""
        self._whole = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        # Not by `isinstance`: what uvloop makes is one, but does not say so.
        self._transport = cast(asyncio.WriteTransport, transport)

    def ask(self, due: float, request: bytes) -> None:
        """Send a request that was due at a time."""
        self.due = due
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read on; tell of the answer once it is whole."""
        came = self._came = self._came + data if self._came else data
        if not self._whole:
            head = came.find(_END)
            if head < 0:
                return
            length = _LENGTH.search(came, 0, head)
            self._whole = head + len(_END) + (int(length[1]) if length else 0)
        if len(came) >= self._whole:
            self._came, self._whole = b"", 0
            self._answered(self, int(came[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so, unless this end closed it."""
        if self._transport is not None:
            self._broken(exc)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            transport, self._transport = self._transport, None
            transport.close()
