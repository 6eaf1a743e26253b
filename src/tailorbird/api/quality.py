"""The doors of data quality: refused events, and what came in day by day."""

from typing import Annotated

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.collecting import LONGEST_SOURCE
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.http import LARGEST_ID, Answer, Call, Door, answer, decoded, whole_number
from tailorbird.collect.mending import IMPORTED, send_again
from tailorbird.collect.ports import Refusal
from tailorbird.compose import Install
from tailorbird.spine.clock import DAY_MS, format_time

_MOST_LETTERS = 1_000
_MOST_BODY = 4 * 1024 * 1024
_DAYS_SHOWN = 30
_AS_IT_IS = msgspec.Raw(b"null")


class Mended(msgspec.Struct, rename="camel"):
    """One refused event to be sent again: as it is, or as it was mended."""

    id: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)]
    event: msgspec.Raw = _AS_IT_IS


class ReplayRequest(msgspec.Struct, rename="camel"):
    """Which dead letters to send again."""

    letters: list[Mended]


class BadRow(msgspec.Struct, rename="camel"):
    """Something that never became an event: why not, what it was, and a name to know it by."""

    id: str
    reason: str
    body: str


class BadRows(msgspec.Struct, rename="camel"):
    """Rows that a reader of files refused."""

    source: str
    rows: list[BadRow]


class QualityDoors:
    """Doors that show what did not get in, and let it in once mended."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/dead-letters"): self.letters,
            ("POST", "/v1/dead-letters"): self.add,
            ("POST", "/v1/dead-letters/replay"): self.replay,
            ("GET", "/v1/quality"): self.quality,
        }

    async def letters(self, call: Call) -> Answer:
        """Show refused events with their reasons, oldest first."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        after = whole_number(call, "after", 0, LARGEST_ID)
        found = await visitor.shop.stores.dead_letters.page(_MOST_LETTERS, after)
        total = await visitor.shop.stores.dead_letters.count()
        return answer({"deadLetters": found, "total": total})

    async def add(self, call: Call) -> Answer:
        """Keep what a reader of files could not make an event of; the same row is kept once."""
        visitor = await self._keeper.admit(call, Scope.IMPORT)
        given = decoded(await call.body(_MOST_BODY), BadRows, "a list of bad rows")
        now_ms = self._install.clock()
        await visitor.shop.collector.refuse(
            [
                Refusal(
                    at_ms=now_ms,
                    source=f"{IMPORTED}{given.source[:LONGEST_SOURCE]}",
                    field="",
                    reason=row.reason,
                    message_id=row.id,
                    body=row.body.encode(),
                    once=True,
                )
                for row in given.rows
            ]
        )
        return answer({"success": True})

    async def replay(self, call: Call) -> Answer:
        """Send refused events again; those that get in now leave the list."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        wanted = decoded(await call.body(_MOST_BODY), ReplayRequest, "a list of dead letters")
        shop = visitor.shop
        results = [
            await send_again(
                mended.id,
                None if mended.event == _AS_IT_IS else bytes(mended.event),
                shop.collector,
                shop.stores.dead_letters,
            )
            for mended in wanted.letters
        ]
        return answer({"results": results})

    async def quality(self, call: Call) -> Answer:
        """Show what came in, day by day, source by source."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        today = self._install.clock() // DAY_MS
        rows = await visitor.shop.stores.tally.by_day(today - _DAYS_SHOWN)
        days: dict[str, dict[str, dict[str, int]]] = {}
        for day, source, kind, count in rows:
            of_day = days.setdefault(format_time(day * DAY_MS)[:10], {})
            of_day.setdefault(source, {})[kind] = count
        return answer(
            {
                "days": days,
                "unknownProducts": visitor.shop.catalog.unknown,
                "deadLetters": await visitor.shop.stores.dead_letters.count(),
                "folded": visitor.shop.corridor.offset,
                "logged": visitor.shop.log.last_offset,
            }
        )
