"""A site in a temporary folder, visited in this process; its clock can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from starlette.types import Message

from tailorbird.access.keys import ALL_SCOPES, KeyKind, Scope, new_key
from tailorbird.api.build import build
from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE

T = TypeVar("T")
HOST = "shop.test:8800"
_PATIENCE_S = 10.0


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


class Said(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    text: str
    id: str | None


class Listening:
    """A stream that is open: what it says is read piece by piece."""

    def __init__(self, site: Site, path: str, headers: dict[str, str]) -> None:
        self._site = site
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._rest = ""
        scope = scope_of("GET", path, headers)
        self._task = site.start(site.app(scope, self._receive, self._heard.put))
        self.begun = site.run(self._heard.get())

    def until(self, name: str) -> Said:
        """Return the next event of a name; others are passed over."""
        return self._site.run(asyncio.wait_for(self._until(name), _PATIENCE_S))

    def all(self) -> str:
        """Return everything that is said until the stream ends."""
        return self._site.run(asyncio.wait_for(self._all(), _PATIENCE_S))

    def hang_up(self) -> None:
        """Leave, and wait until the server has noticed."""
        self._gone.set()
        self._site.run(asyncio.wait_for(self._task, _PATIENCE_S))

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _until(self, name: str) -> Said:
        while True:
            while "\n\n" in self._rest:
                block, _, self._rest = self._rest.partition("\n\n")
                said = _said(block)
                if said.name == name:
                    return said
            self._rest += (await self._heard.get())["body"].decode()

    async def _all(self) -> str:
        more = True
        while more:
            message = await self._heard.get()
            self._rest += message["body"].decode()
            more = message.get("more_body", False)
        await self._task
        return self._rest


class Site:
    """An install with its application; close it when done."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._runner = asyncio.Runner()
        self._ahead_ms = 0
        self.install = Install(Settings(data=str(folder), **settings), self._clock)
        self.shop: Workspace = self.run(self.install.workspace())
        self.app = build(self.install)
        self._cookie = ""

    def _clock(self) -> int:
        return wall_clock() + self._ahead_ms

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the site run until some work is done."""
        return self._runner.run(work)

    def start(self, work: Awaitable[None]) -> asyncio.Future[None]:
        """Begin some work; it goes on while others are waited for."""
        return asyncio.ensure_future(work, loop=self._runner.get_loop())

    def later(self, ms: int) -> None:
        """Let time pass for the site."""
        self._ahead_ms += ms

    def key(
        self,
        kind: KeyKind = KeyKind.SECRET,
        scopes: tuple[Scope, ...] = ALL_SCOPES,
    ) -> str:
        """Make a key."""
        key, text = new_key(kind, DEFAULT_WORKSPACE, self._clock(), scopes=scopes)
        self.install.keys.add(key, text)
        return text

    def sign_in(self) -> str:
        """Sign in as a browser would, and return the key."""
        text = self.key()
        reply = self.get(f"/?key={text}")
        self._cookie = reply.headers["set-cookie"].partition(";")[0]
        return text

    def get(self, path: str, **headers: str) -> Reply:
        """Get a page."""
        return self.run(self._call("GET", path, b"", headers))

    def post(self, path: str, body: str, **headers: str) -> Reply:
        """Send a form."""
        return self.run(self._call("POST", path, body.encode(), headers))

    def listen(self, path: str) -> Listening:
        """Open a stream."""
        return Listening(self, path, self._with_cookie({}))

    def track(self, *events: dict[str, Any]) -> None:
        """Collect events, as `/v1/track` would."""
        door = Door(source="test", received_at_ms=self._clock(), kind="track")
        raws = [msgspec.json.encode(event) for event in events]
        self.run(self.shop.collector.collect(raws, door))

    def sell(self, *items: dict[str, Any]) -> None:
        """Put items into the catalog, where answers find them at once."""
        self.run(self.shop.catalog.put(msgspec.json.encode(items)))
        self.run(self.shop.predictor.refresh())

    def close(self) -> None:
        """Close everything."""
        self.run(self.install.close())
        self._runner.close()

    def _with_cookie(self, headers: dict[str, str]) -> dict[str, str]:
        return {"cookie": self._cookie, **headers} if self._cookie else headers

    async def _call(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        heard: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            heard.append(message)

        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self.app(scope_of(method, path, self._with_cookie(named)), receive, send)
        found = {name.decode(): value.decode() for name, value in heard[0]["headers"]}
        return Reply(heard[0]["status"], found, b"".join(m["body"] for m in heard[1:]).decode())


def scope_of(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the ASGI scope of a call."""
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "query_string": query.encode(),
        "scheme": "http",
        "headers": [
            (b"host", HOST.encode()),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ],
    }


def _said(block: str) -> Said:
    fields: dict[str, list[str]] = {}
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    text = "\n".join(fields.get("data", []))
    return Said(fields.get("event", [""])[0], text, fields.get("id", [None])[0])


def viewed(item: str = "tent-1", who: str = "a1", **fields: Any) -> dict[str, Any]:
    """Return a `Product Viewed`."""
    return {
        "event": "Product Viewed",
        "anonymousId": who,
        "properties": {"product_id": item},
        **fields,
    }
