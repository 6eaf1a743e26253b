"""The doors that other people's browser libraries ask for first: their settings, and a pixel."""

import base64
import logging
from typing import Any

import msgspec

from tailorbird.access.keys import Key, Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.collect.admit import Door as Entrance
from tailorbird.compose import Install
from tailorbird.consent.signals import from_gpc
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import Overloaded, TailorbirdError

log = logging.getLogger("tailorbird.api.client_settings")

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_DEEPEST = 8


class ClientSettingsDoors:
    """Doors by which Segment's and RudderStack's browser libraries learn where to send.

    Without these answers neither library sends anything at all.
    """

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/sourceConfig"): self.rudder,
            ("GET", "/sourceConfig/"): self.rudder,
            ("GET", "/pixel/v1/track"): self._pixel("track"),
            ("GET", "/pixel/v1/page"): self._pixel("page"),
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/projects/{key}/settings", self.segment)]

    async def segment(self, call: Call) -> Answer:
        """Tell Segment's browser library to send to this server, and to nobody else."""
        text = call.params["key"]
        await self._keeper.admit(call, Scope.COLLECT, text)
        scheme, host = reached_by(call)
        return answer(segment_settings(text, scheme, host))

    async def rudder(self, call: Call) -> Answer:
        """Tell RudderStack's browser library that its source is there, without destinations."""
        visitor = await self._keeper.admit(call, Scope.COLLECT)
        return answer(rudder_settings(visitor.key))

    def _pixel(self, kind: str) -> Door:
        async def pixel(call: Call) -> Answer:
            """Take an event out of an image's address; the answer is an image, come what may."""
            try:
                visitor = await self._keeper.admit(call, Scope.COLLECT)
                await self._collect(call, visitor, kind)
            except TailorbirdError as error:
                # A page cannot read a problem where it wants an image: the status says it.
                log.warning("pixel.refused status=%d %s", error.status, error.detail)
                return _image(error)
            return _image(None)

        return pixel

    async def _collect(self, call: Call, visitor: Visitor, kind: str) -> None:
        body = msgspec.json.encode(event_in(call.query()))
        entrance = Entrance(
            source=visitor.key.source, received_at_ms=self._install.clock(), kind=kind
        )
        signals = from_gpc(call.header(b"sec-gpc"))
        outcome = await visitor.shop.collector.collect([body], entrance, signals)
        for one in outcome.rejected:
            log.warning("pixel.rejected field=%s", one.field)


def segment_settings(key: str, scheme: str, host: str) -> dict[str, object]:
    """Return what Segment's library must find (protocols, section 1.5).

    There is exactly one integration: a second one makes the library load Segment's own code.
    """
    ours = {
        "apiKey": key,
        "apiHost": f"{host}/v1",
        "protocol": scheme,
        "addBundledMetadata": True,
    }
    return {
        "integrations": {"Segment.io": ours},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "remotePlugins": [],
    }


def rudder_settings(key: Key) -> dict[str, object]:
    """Return what RudderStack's library must find: a source that is enabled."""
    silent = {"enabled": False}
    source = {
        "id": key.id,
        "name": key.label or "web",
        "enabled": True,
        "workspaceId": key.workspace,
        "dataplanes": {},
        "destinations": [],
        "config": {"statsCollection": {"errors": silent, "metrics": silent}},
    }
    return {
        "source": source,
        "updatedAt": format_time(key.created_at_ms),
        "consentManagementMetadata": {},
    }


def reached_by(call: Call) -> tuple[str, str]:
    """Return the scheme and host by which the caller reached us, as a proxy in front says it."""
    told = (call.header(b"x-forwarded-proto") or "").partition(",")[0].strip().lower()
    scheme = told if told in {"http", "https"} else str(call.scope["scheme"])
    return scheme, call.header(b"host") or "localhost"


def event_in(query: dict[str, str]) -> dict[str, Any]:
    """Return the event that a pixel's query spells: `properties.product_id` nests, all is text.

    RudderStack's pixel puts quotes around the anonymous id; they are taken off.
    """
    event: dict[str, Any] = {"channel": "web"}
    for name, value in query.items():
        if name != "writeKey":
            _put(event, name.split("."), value)
    anonymous = event.get("anonymousId")
    if isinstance(anonymous, str):
        event["anonymousId"] = anonymous.removeprefix('"').removesuffix('"')
    return event


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    """Put a value at a dotted path; where the path meets a plain value, the later one wins."""
    for step in path[: min(len(path) - 1, _DEEPEST)]:
        inner = into.get(step)
        if not isinstance(inner, dict):
            inner = into[step] = {}
        into = inner
    into[path[-1]] = value


def _image(error: TailorbirdError | None) -> Answer:
    headers: tuple[tuple[bytes, bytes], ...] = ((b"cache-control", b"no-store"),)
    if isinstance(error, Overloaded):
        headers = (*headers, (b"retry-after", str(error.retry_after_s).encode()))
    status = 200 if error is None else error.status
    return Answer(body=_GIF, status=status, content_type=b"image/gif", headers=headers)
