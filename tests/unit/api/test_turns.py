"""Answers leave together, once a turn of the event loop."""

import asyncio
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from tailorbird.api.turns import TurnProtocol, TurnTransport


class Connection(asyncio.Transport):
    """A connection that keeps what leaves, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[bytes] = []
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.left.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True


def in_a_loop(do: Callable[[TurnTransport, Connection], Any]) -> Connection:
    """Do something in one turn of a loop; return the connection as it is two turns later."""

    async def turns() -> Connection:
        connection = Connection()
        do(TurnTransport(connection, asyncio.get_running_loop()), connection)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return connection

    return asyncio.run(turns())


def test_pieces_of_one_turn_leave_as_one_in_order() -> None:
    def do(held: TurnTransport, _: Connection) -> None:
        held.write(b"head")
        held.write(bytearray(b" and "))
        held.write(memoryview(b"body"))

    assert in_a_loop(do).left == [b"head and body"]


def test_nothing_leaves_before_the_turn_ends() -> None:
    seen: list[list[bytes]] = []

    def do(held: TurnTransport, connection: Connection) -> None:
        held.write(b"head")
        seen.append(list(connection.left))

    assert in_a_loop(do).left == [b"head"]
    assert seen == [[]]


def test_what_is_held_leaves_before_the_connection_closes() -> None:
    def do(held: TurnTransport, _: Connection) -> None:
        held.write(b"the last words")
        held.close()

    found = in_a_loop(do)
    assert found.left == [b"the last words"]
    assert found.closing


def test_nothing_is_written_to_a_connection_that_was_lost_meanwhile() -> None:
    def do(held: TurnTransport, connection: Connection) -> None:
        held.write(b"too late")
        connection.closing = True

    assert in_a_loop(do).left == []


def test_the_servers_protocol_writes_through_it() -> None:
    async def connected() -> TurnProtocol:
        protocol = TurnProtocol(uvicorn.Config(_nothing, lifespan="off"), ServerState(), {})
        protocol.connection_made(Connection())
        return protocol

    assert isinstance(asyncio.run(connected()).transport, TurnTransport)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nobody."""


def test_every_turn_leaves_by_itself() -> None:
    async def turns() -> Connection:
        connection = Connection()
        held = TurnTransport(connection, asyncio.get_running_loop())
        for part in (b"one", b"two"):
            held.write(part)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return connection

    assert asyncio.run(turns()).left == [b"one", b"two"]
