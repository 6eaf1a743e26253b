"""One request and one answer, as thin as ASGI allows; every door is a function between the two."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from tailorbird.spine.errors import BadRequest, TooLarge

JSON = b"application/json"
LARGEST_ID = 2**63 - 1
T = TypeVar("T")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_encode = msgspec.json.Encoder().encode


class Call:
    """A request: its path parameters, headers (lower case, text), query and body reader."""

    __slots__ = ("_receive", "headers", "method", "params", "path", "scope")

    def __init__(self, scope: Scope, receive: Receive, params: Mapping[str, str]) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.params = params
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive

    def header(self, name: bytes) -> str | None:
        """Return a header as text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def query(self) -> dict[str, str]:
        """Return the query's fields; of a repeated one, the last."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    async def body(self, limit: int) -> bytes:
        """Return the body, unpacked if it is gzip; what counts is its unpacked size.

        Raises:
            TooLarge: more than `limit` bytes.
            BadRequest: an encoding that is not spoken here, or broken gzip.
        """
        packed = await self._packed(limit)
        encoding = self.headers.get(b"content-encoding", b"").strip().lower()
        if encoding in {b"", b"identity"}:
            return packed
        if encoding not in {b"gzip", b"x-gzip"}:
            raise BadRequest(
                f"Content-Encoding {encoding.decode('latin-1')!r} is not understood: use gzip"
            )
        return _unpacked(packed, limit)

    async def gone(self) -> None:
        """Return once the caller has hung up; the body must have been read, or not be wanted."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _packed(self, limit: int) -> bytes:
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            if len(body) > limit:
                raise TooLarge(f"The body has more than {limit} bytes")
            return body
        parts = [body]
        size = len(body)
        while message.get("more_body", False):
            message = await self._receive()
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise TooLarge(f"The body has more than {limit} bytes")
            parts.append(part)
        return b"".join(parts)


class Answer(msgspec.Struct, frozen=True):
    """A response, ready to be sent."""

    body: bytes
    status: int = 200
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Stream(msgspec.Struct, frozen=True):
    """A response that goes on: parts are sent as they come, until they end or the caller leaves."""

    parts: AsyncGenerator[bytes, None]
    content_type: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


Door = Callable[[Call], Awaitable[Answer | Stream]]


def answer(value: Any, status: int = 200) -> Answer:  # noqa: ANN401 - any value that has JSON
    """Return a value as a JSON answer."""
    return Answer(body=_encode(value), status=status)


def decoded(body: bytes, kind: type[T], what: str) -> T:
    """Return a JSON body as a value.

    Args:
        body: the JSON.
        kind: what it must be.
        what: the same in words, for the answer to whoever sent something else.

    Raises:
        BadRequest: it is something else; names the field.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise BadRequest(f"The body is not {what}: {cause}") from cause


def whole_number(call: Call, name: str, default: int, most: int, least: int = 0) -> int:
    """Return a whole number out of the query.

    Raises:
        BadRequest: it is no number, or out of bounds.
    """
    text = call.query().get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise BadRequest(f"`{name}` must be a whole number from {least} to {most}")
    return int(text)


async def send_answer(
    send: Send, call: Call, found: Answer, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Send an answer in two ASGI messages; to HEAD, all but the body."""
    headers = [
        (b"content-type", found.content_type),
        (b"content-length", str(len(found.body)).encode()),
        *found.headers,
        *more,
    ]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    body = b"" if call.method == "HEAD" else found.body
    await send({"type": "http.response.body", "body": body})


async def send_stream(
    send: Send, call: Call, found: Stream, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Send a stream's parts until they end or the caller hangs up; then close the stream."""
    headers = [(b"content-type", found.content_type), *found.headers, *more]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    sending = asyncio.create_task(_send_parts(send, call, found.parts))
    leaving = asyncio.create_task(call.gone())
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        sending.cancel()
        await asyncio.wait({sending, leaving})
    if not sending.cancelled():
        sending.result()


async def _send_parts(send: Send, call: Call, parts: AsyncGenerator[bytes, None]) -> None:
    try:
        if call.method != "HEAD":
            async for part in parts:
                if not part:
                    continue
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await parts.aclose()


def _unpacked(packed: bytes, limit: int) -> bytes:
    """Unpack with a ceiling, so that a small bomb cannot grow large; members follow each other."""
    body = b""
    while True:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            body += stream.decompress(packed, limit + 1 - len(body))
        except zlib.error as cause:
            raise BadRequest("The body is not valid gzip") from cause
        if len(body) > limit or stream.unconsumed_tail:
            raise TooLarge(f"The unpacked body has more than {limit} bytes")
        if not stream.eof:
            raise BadRequest("The gzip body is cut short")
        packed = stream.unused_data
        if not packed:
            return body
