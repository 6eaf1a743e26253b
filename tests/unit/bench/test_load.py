"""The load asks at its pace, times each request from when it was due, and says how late it was."""

import asyncio
from collections.abc import Awaitable, Callable

from tailorbird.bench.load import Latency, open_loop, post, under_way

_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
_BUSY = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"

Answers = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


def _ask(number: int) -> bytes:
    return post("localhost", "/", "key", b"%d" % number)


async def _measured(answers: Answers, rate: int = 400, seconds: float = 0.1) -> Latency:
    """Ask a server that answers like this, and return what the load saw."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while head := await _head(reader):
            await reader.readexactly(int(head.rpartition(b":")[2]))
            asked += 1
            await answers(writer, asked)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await open_loop("127.0.0.1", _port(server), _ask, rate, seconds)


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).strip()
    except asyncio.IncompleteReadError:
        return b""


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _well(writer: asyncio.StreamWriter, _asked: int) -> None:
    writer.write(_OK)


async def _busily(writer: asyncio.StreamWriter, asked: int) -> None:
    writer.write(_BUSY if asked % 4 == 0 else _OK)


async def _in_parts(writer: asyncio.StreamWriter, _asked: int) -> None:
    for at in range(0, len(_OK), 7):
        writer.write(_OK[at : at + 7])
        await asyncio.sleep(0)


async def _late(writer: asyncio.StreamWriter, _asked: int) -> None:
    await asyncio.sleep(0.1)
    writer.write(_OK)


def test_every_request_of_the_rate_is_asked() -> None:
    assert under_way(_measured(_well)).asked == 40


def test_an_answer_in_parts_is_one_answer() -> None:
    assert under_way(_measured(_in_parts)).failed == 0


def test_what_is_not_answered_well_is_counted() -> None:
    assert under_way(_measured(_busily)).failed == 10


def test_who_waits_for_a_free_connection_waits_from_when_it_was_due() -> None:
    # 32 connections, each busy for a tenth of a second: of 64 requests the later half waits.
    seen = under_way(_measured(_late, rate=64_000, seconds=0.001))
    assert seen.worst > 190
