"""The collecting doors: Segment's tracking API, as its and RudderStack's libraries call it."""

import asyncio

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor, key_in
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.collect.admit import MOST_EVENT_BYTES
from tailorbird.collect.admit import Door as Entrance
from tailorbird.collect.collector import Outcome, Rejection
from tailorbird.collect.mending import IMPORTED
from tailorbird.collect.wire import MalformedJson, decode_batch, write_key_in
from tailorbird.consent.signals import from_gpc
from tailorbird.links.signals import visitor_address
from tailorbird.spine.clock import Clock
from tailorbird.spine.errors import TooLarge

MOST_BATCH_BYTES = 500 * 1024
MOST_IMPORT_BYTES = 32 * 1024 * 1024
MOST_EVENTS = 2_500
_IMPORT_CHUNK = 2_000
LONGEST_SOURCE = 80
_KINDS = {
    "t": "track",
    "i": "identify",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
}


class CollectingDoors:
    """Doors that take events."""

    def __init__(self, keeper: Doorkeeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock

    def doors(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        doors: dict[tuple[str, str], Door] = {}
        for short, kind in _KINDS.items():
            doors["POST", f"/v1/{kind}"] = self._single(kind)
            doors["POST", f"/v1/{short}"] = self._single(kind)
        for path in ("/v1/batch", "/v1/b", "/beacon/v1/batch"):
            doors["POST", path] = self.batch
        doors["POST", "/v1/import"] = self.history
        doors["POST", "/v1/m"] = self.client_metrics
        return doors

    def _single(self, kind: str) -> Door:
        async def single(call: Call) -> Answer:
            """Take one event."""
            body = await call.body(MOST_BATCH_BYTES)
            visitor = await self._visitor(call, body)
            if len(body) > MOST_EVENT_BYTES:
                raise TooLarge(
                    f"The event has {len(body)} bytes; at most {MOST_EVENT_BYTES} are kept"
                )
            _must_be_json(body)
            entrance = Entrance(
                source=visitor.key.source,
                received_at_ms=self._clock(),
                kind=kind,
                sent_at=call.header(b"sentat"),
                address=address_of(call, visitor),
            )
            return await self._collect(call, visitor, [body], entrance)

        return single

    async def batch(self, call: Call) -> Answer:
        """Take a batch; each event is taken or refused by itself."""
        body = await call.body(MOST_BATCH_BYTES)
        visitor = await self._visitor(call, body)
        batch = decode_batch(body)
        if len(batch.batch) > MOST_EVENTS:
            raise TooLarge(
                f"The batch has {len(batch.batch)} events; at most {MOST_EVENTS} are taken"
            )
        entrance = Entrance(
            source=visitor.key.source,
            received_at_ms=self._clock(),
            sent_at=batch.sent_at,
            context=batch.context,
            address=address_of(call, visitor),
        )
        return await self._collect(call, visitor, batch.batch, entrance)

    async def history(self, call: Call) -> Answer:
        """Take NDJSON of past events: they train and count, but trigger nothing.

        `?source=NAME` names where they come from; an event is the same again by its message id and
        this name. Without it, the key's id is the name.
        """
        visitor = await self._keeper.admit(call, Scope.IMPORT)
        name = call.query().get("source", visitor.key.source)[:LONGEST_SOURCE]
        lines = [line for line in (await call.body(MOST_IMPORT_BYTES)).split(b"\n") if line.strip()]
        entrance = Entrance(
            source=f"{IMPORTED}{name}", received_at_ms=self._clock(), historical=True
        )
        total = Outcome(accepted=0, duplicates=0, withheld=0, rejected=[])
        for start in range(0, len(lines), _IMPORT_CHUNK):
            part = await visitor.shop.collector.collect(
                lines[start : start + _IMPORT_CHUNK], entrance
            )
            total = joined(total, part, start)
            await asyncio.sleep(0)
        return answer(total)

    async def client_metrics(self, call: Call) -> Answer:
        """Segment's browser library reports its own health; there is nothing to do with it."""
        await call.body(MOST_BATCH_BYTES)
        return answer({"success": True})

    async def _visitor(self, call: Call, body: bytes) -> Visitor:
        in_body = None if key_in(call) else write_key_in(body)
        return await self._keeper.admit(call, Scope.COLLECT, in_body)

    async def _collect(
        self,
        call: Call,
        visitor: Visitor,
        raws: list[bytes] | list[msgspec.Raw],
        entrance: Entrance,
    ) -> Answer:
        signals = from_gpc(call.header(b"sec-gpc"))
        return answer(await visitor.shop.collector.collect(raws, entrance, signals))


def address_of(call: Call, visitor: Visitor) -> str | None:
    """Return from where a browser calls; None where links are off, and for a shop's own server."""
    if visitor.shop.linker.signals is None or visitor.is_secret:
        return None
    client = call.scope.get("client")
    return visitor_address(client[0] if client else None, call.header(b"x-forwarded-for"))


def joined(total: Outcome, part: Outcome, start: int) -> Outcome:
    """Return two outcomes as one; the second's indices begin at `start`."""
    moved = [msgspec.structs.replace(one, index=one.index + start) for one in part.rejected]
    rejected: list[Rejection] = total.rejected + moved
    return Outcome(
        accepted=total.accepted + part.accepted,
        duplicates=total.duplicates + part.duplicates,
        withheld=total.withheld + part.withheld,
        rejected=rejected,
    )


def _must_be_json(body: bytes) -> None:
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise MalformedJson(f"The body is not a JSON object: {cause}") from cause
