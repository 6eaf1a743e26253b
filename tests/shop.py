"""A shop in this process: an install in a folder, its doors by HTTP, and a clock to move."""

import asyncio
import hashlib
import hmac
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tailorbird.access.keys import ALL_SCOPES, KeyKind, Scope, new_key
from tailorbird.api.build import build
from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId
from tests.makers import NOON_MS

T = TypeVar("T")
Reply = httpx.Response


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        """Return now in milliseconds since 1970."""
        return self.now_ms

    def move(self, by_ms: int) -> None:
        """Let time pass."""
        self.now_ms += by_ms


class Shop:
    """An install with the keys of one workspace, used from tests that do not await.

    Args:
        folder: the data folder.
        settings: what differs from the defaults.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.clock = MovedClock()
        self._settings = settings
        self._runner = asyncio.Runner()
        self.install = self._opened()
        self.workspace = self.run(self.install.workspace())
        self.publishable = self.key(KeyKind.PUBLISHABLE)
        self.secret = self.key(KeyKind.SECRET)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the shop's own loop, in which its background tasks go on too."""
        return self._runner.run(work)

    def key(
        self,
        kind: KeyKind,
        workspace: WorkspaceId = DEFAULT_WORKSPACE,
        *,
        scopes: tuple[Scope, ...] = ALL_SCOPES,
        origins: tuple[str, ...] = (),
    ) -> str:
        """Make a key, and return its text."""
        key, text = new_key(kind, workspace, self.clock(), scopes=scopes, origins=origins)
        self.install.keys.add(key, text)
        return text

    def open(self, name: str) -> Workspace:
        """Return another workspace of the same install."""
        return self.run(self.install.workspace(WorkspaceId(name)))

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, Any] | None = None,
        **more: Any,
    ) -> Reply:
        """Call a door, with the secret key unless another is given."""
        sent = {"Authorization": f"Bearer {self.secret if key is None else key}", **(headers or {})}
        return self.run(self._call(method, path, headers=sent, **more))

    def calls(self, requests: Sequence[tuple[str, str, Any]]) -> list[Reply]:
        """Call several doors at once, each a method, a path and a JSON body."""

        async def all_of_them() -> list[Reply]:
            headers = {"Authorization": f"Bearer {self.secret}"}
            return await asyncio.gather(
                *(
                    self._call(method, path, headers=headers, json=body)
                    for method, path, body in requests
                )
            )

        return self.run(all_of_them())

    async def _call(self, method: str, path: str, **more: Any) -> Reply:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.request(method, path, **more)

    def get(self, path: str, **more: Any) -> Reply:
        """GET a door."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any, **more: Any) -> Reply:
        """POST JSON to a door."""
        return self.call("POST", path, json=body, **more)

    def stock(self, *items: dict[str, Any], **more: Any) -> None:
        """PUT items, and let the leaders know."""
        assert self.call("PUT", "/v1/items", json=list(items), **more).status_code == 200
        self.refresh()

    def refresh(self) -> None:
        """Do what the upkeep does now and then: bring the leaders up to date."""
        self.run(self.workspace.predictor.refresh())

    def track(self, event: str, *, key: str | None = None, **fields: Any) -> Reply:
        """Send one track call, of browser a1 unless told otherwise."""
        return self.post("/v1/track", tracked(event, **fields), key=key)

    def decide(self, *placements: str, key: str | None = None, **fields: Any) -> Reply:
        """Ask for placements, as browser a1 unless told otherwise."""
        who = {} if "anonymousId" in fields or "userId" in fields else {"anonymousId": "a1"}
        slots = [{"name": name} for name in placements or ("home_recs",)]
        headers = fields.pop("headers", None)
        asked = {"placements": slots, **who, **fields}
        return self.post("/v1/decide", asked, key=key, headers=headers)

    def token(self, user_id: str) -> str:
        """Return the shop's signed word for a user."""
        secret = self.workspace.stores.signing_secret.encode()
        return hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()

    def ago(self, ms: int) -> str:
        """Return a time before now, as clients send it."""
        return format_time(self.clock() - ms)

    def written(self) -> bytes:
        """Return every byte that the install has on disk, once all is written."""
        for shop in self.install.opened():
            self.run(shop.journal.flush())
            self.run(shop.stores.tally.flush())
            self.run(shop.state.flush())
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)

    def restart(self) -> None:
        """Close the install and open it again."""
        self.run(self.install.close())
        self.install = self._opened()
        self.workspace = self.run(self.install.workspace())

    def close(self) -> None:
        """Close the install."""
        self.run(self.install.close())
        self._runner.close()

    def _opened(self) -> Install:
        install = Install(Settings(data=str(self.folder), **self._settings), self.clock)
        self.app = build(install)
        return install


def tracked(event: str, **fields: Any) -> dict[str, Any]:
    """Return a track call's body; what is no field of a call is a property.

    Args:
        event: what happened.
        fields: a field of the call, such as `userId` or `timestamp`, or a property.
    """
    of_call = {"anonymousId", "userId", "messageId", "timestamp", "context", "traits", "sentAt"}
    body: dict[str, Any] = {"type": "track", "event": event}
    if "anonymousId" not in fields and "userId" not in fields:
        body["anonymousId"] = "a1"
    body |= {name: value for name, value in fields.items() if name in of_call}
    body["properties"] = {name: value for name, value in fields.items() if name not in of_call}
    return body


def viewed(item: str, **fields: Any) -> dict[str, Any]:
    """Return a view of an item."""
    return tracked("Product Viewed", product_id=item, **fields)


def ids(reply: Reply, index: int = 0) -> list[str]:
    """Return the items of one decision of an answer."""
    return [item["id"] for item in reply.json()["decisions"][index]["items"]]
