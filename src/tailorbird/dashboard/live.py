"""Live: folded events and vital signs as a stream that a page listens to (server-sent events)."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call, Stream
from tailorbird.api.people import find_person
from tailorbird.compose import Install
from tailorbird.dashboard.cards import Shelf, gathered
from tailorbird.dashboard.guard import Guard
from tailorbird.dashboard.overview import address_of, decided_last
from tailorbird.dashboard.pages import SAFE, Pages
from tailorbird.dashboard.vitals import VitalSigns
from tailorbird.flow.feed import Happening
from tailorbird.spine.clock import SECOND_MS
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import PersonId

EVENT_STREAM = b"text/event-stream; charset=utf-8"
_SIGNS_EVERY_MS = 2 * SECOND_MS
_DECISIONS_EVERY_MS = 8 * SECOND_MS
_CHECK_EVERY_MS = 15 * SECOND_MS
_MOST_AT_ONCE = 30  # what a page can show; of more only the newest are sent
_REST_S = 0.25  # between two looks, so that a flood costs four renderings a second
_HEADERS = (*SAFE, (b"x-accel-buffering", b"no"))


class Live:
    """Streams to whoever is signed in, until they leave, sign out, or the server stops."""

    def __init__(self, install: Install, pages: Pages, signs: VitalSigns, guard: Guard) -> None:
        self._install = install
        self._pages = pages
        self._signs = signs
        self._guard = guard

    async def listen(self, call: Call) -> Answer | Stream:
        """Begin a stream: of everybody with vital signs, or of one `person` without."""
        visitor = await self._guard.visitor(call)
        if visitor is None:
            # 204 tells an EventSource not to come back, as nothing else does.
            return Answer(b"", 204, EVENT_STREAM, SAFE)
        wanted = call.query().get("person")
        person = None if wanted is None else (await find_person(visitor.shop, wanted))[0]
        after = _offset(call.header(b"last-event-id") or call.query().get("after", "0"))
        return Stream(self._parts(call, visitor, person, after), EVENT_STREAM, _HEADERS)

    async def _parts(
        self, call: Call, visitor: Visitor, person: PersonId | None, after: int
    ) -> AsyncGenerator[bytes, None]:
        shop, clock = visitor.shop, self._install.clock
        signs_ms = checked_ms = decisions_ms = clock()
        with shop.feed.watch() as viewer:
            yield b"retry: 2000\n\n"
            missed_out = [one for one in shop.feed.latest(person) if one.offset > after]
            yield self._said(visitor, list(reversed(missed_out)), 0)
            ended = False
            while not ended:
                taken = await viewer.take(_SIGNS_EVERY_MS / SECOND_MS)
                ended = taken.ended
                news = [one for one in taken.news if person in {None, one.person}]
                yield self._said(visitor, news, 0 if person is not None else taken.missed)
                now_ms = clock()
                if person is None and now_ms >= signs_ms:
                    signs_ms = now_ms + _SIGNS_EVERY_MS
                    yield await self._vitals(visitor)
                if person is None and now_ms >= decisions_ms + _DECISIONS_EVERY_MS:
                    decisions_ms = now_ms
                    yield await self._decisions(call, visitor)
                if now_ms >= checked_ms + _CHECK_EVERY_MS:
                    checked_ms = now_ms
                    ended = ended or await self._guard.visitor(call) is None
                    yield b": still here\n\n"
                await asyncio.sleep(_REST_S)
            yield message("end", "")

    def _said(self, visitor: Visitor, news: Sequence[Happening], missed: int) -> bytes:
        """Return news as one message each; b"" for none, which is sent as nothing."""
        shelf = Shelf(visitor.shop.catalog)
        news, parts = gathered(news), []
        unsaid = missed + max(0, len(news) - _MOST_AT_ONCE)
        if unsaid:
            parts.append(message("missed", str(unsaid)))
        for one in news[-_MOST_AT_ONCE:]:
            row = self._pages.fragment(
                "_event.html", event=shelf.event(one), fresh=True, mine=False
            )
            parts.append(message("happening", row, one.offset))
        return b"".join(parts)

    async def _vitals(self, visitor: Visitor) -> bytes:
        vitals = await self._signs.of(visitor.shop, self._install.clock())
        return message("vitals", self._pages.fragment("_vitals.html", vitals=vitals))

    async def _decisions(self, call: Call, visitor: Visitor) -> bytes:
        latest = await self._signs.latest(visitor.shop, self._install.clock())
        cards = decided_last(Shelf(visitor.shop.catalog), latest)
        shown = self._pages.fragment("_decisions.html", decisions=cards, url=address_of(call))
        return message("decisions", shown)


def message(name: str, text: str, offset: int | None = None) -> bytes:
    """Return one server-sent event; a reconnecting browser names the last offset it has seen."""
    head = f"event: {name}\n" if offset is None else f"event: {name}\nid: {offset}\n"
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"{head}{lines}\n".encode("utf-8", "replace")


def _offset(text: str) -> int:
    if not text.isdecimal():
        raise BadRequest("`after` must be an offset of the log")
    return int(text)
