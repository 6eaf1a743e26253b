"""The watcher: sees every event once it is folded, and writes into the log which rules fired."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.configure.configuration import Configuration
from tailorbird.identity.graph import Resolved
from tailorbird.profile.profile import Profile
from tailorbird.rules.firing import MOST_DEEP, Firing, depth, said
from tailorbird.rules.judging import Fired, Tally, fulfilled, judged, timely
from tailorbird.rules.memory import Memory, Waiting
from tailorbird.rules.moment import Moment, marked
from tailorbird.rules.ports import Beliefs, Items, Log, People
from tailorbird.rules.recalling import since
from tailorbird.rules.rulebook import NO_RULES, rulebook
from tailorbird.spine.clock import MINUTE_MS, Clock
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId

log = logging.getLogger("tailorbird.rules")

MOST_QUEUED = 50_000
"""Events that may wait to be judged; beyond it the oldest are only remembered, and counted."""

_AT_ONCE = 16
_AGAIN_MS = 2 * MINUTE_MS  # what came in so shortly before a start is judged again
_LATELY_MS = MINUTE_MS  # by then a firing is folded


class Surroundings(msgspec.Struct, frozen=True):
    """What the watcher works with.

    Attributes:
        people: who somebody is; a profile only with consent.
        items: what is for sale.
        log: where firings are written, and the recent past is read.
        beliefs: what models say.
        clock: tells when a rule that waits is due.
    """

    people: People
    items: Items
    log: Log
    beliefs: Beliefs
    clock: Clock


class Watcher:
    """Judges one shop's events by its rules, in the order of the log."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.book = NO_RULES
        self.memory = Memory()
        self.tally = Tally()
        self.skipped = 0
        self._queue: deque[Resolved] = deque()
        self._something = asyncio.Event()
        self._alone = asyncio.Lock()
        self._lately: dict[PersonId, dict[str, int]] = {}
        self._recalled_to = 0
        self._must_recall = False
        self._started = False
        self._attending = False

    def attend(self) -> None:
        """Begin to judge; until then nothing is looked at and nothing is written."""
        self._attending = True

    def adopt(self, configuration: Configuration) -> None:
        """Judge by other rules from now on; what they look back on is read from the log."""
        book = rulebook(configuration)
        self._must_recall = self._must_recall or not book.remembers_as(self.book)
        self.book = book
        self._something.set()

    def observe(self, batch: Sequence[Resolved]) -> None:
        """Take a folded batch; what no rule cares for is passed over at once."""
        if self.book is NO_RULES:
            return
        cares_for = self.book.cares_for
        mine = [
            one for one in batch if one.absorbed is not None or cares_for(one.logged.event.name)
        ]
        if mine:
            self._queue.extend(mine)
            self._something.set()

    async def round(self) -> None:
        """Wait until something comes, and judge all that has come by then."""
        await self._something.wait()
        self._something.clear()
        await self.settled()

    async def tick(self) -> None:
        """Fire what has waited long enough, and forget what no rule looks back on."""
        await self.settled()
        async with self._alone:
            now_ms = self.around.clock()
            firings = [await self._fulfilled(one, now_ms) for one in self.memory.due(now_ms)]
            await self._write([one for one in firings if one is not None])
            self.memory.fade(now_ms - self.book.reach_ms)
            self._forget_lately(now_ms - _LATELY_MS)

    async def settled(self) -> None:
        """Judge all that has been observed, and return once it is written."""
        if not self._attending:
            return
        async with self._alone:
            if self._must_recall:
                await self._recall()
            while self._queue:
                self._shed()
                batch = [self._queue.popleft() for _ in range(min(_AT_ONCE, len(self._queue)))]
                await self._judge(batch)
                await asyncio.sleep(0)

    def forget(self, person: PersonId) -> None:
        """Forget what is remembered of a person."""
        self.memory.forget(person)
        self._lately.pop(person, None)
        self._queue = deque(one for one in self._queue if one.person != person)

    async def _recall(self) -> None:
        """Remember the recent past anew, as far as the rules look back, from the log alone.

        At start, what came in just before is judged too: a crash may have come between an event
        and what follows from it. What was written before is not written twice.
        """
        self._must_recall = False
        again_ms, self._started = (0 if self._started else _AGAIN_MS), True
        self.memory = Memory()
        last, now_ms = self.around.log.last_offset, self.around.clock()
        if self.book != NO_RULES:
            reach_ms = max(self.book.reach_ms, again_ms)
            async for batch in since(self.around.log, now_ms - reach_ms, last):
                for logged in batch:
                    person = None
                    if self.book.cares_for(logged.event.name):
                        person = await self.around.people.person(logged.event.subject)
                    if person is None:
                        continue
                    if logged.event.received_at_ms > now_ms - again_ms:
                        await self._judge([Resolved(person, logged)])
                    else:
                        await self._judged(Resolved(person, logged), Tally())
        self._recalled_to = last

    def _shed(self) -> None:
        surplus = len(self._queue) - MOST_QUEUED
        if surplus > 0:
            log.warning("rules.skipped events=%d", surplus)
            self.skipped += surplus
            for _ in range(surplus):
                self._note(self._queue.popleft())

    async def _judge(self, batch: Sequence[Resolved]) -> None:
        firings: list[Firing] = []
        for one in batch:
            if one.logged.offset > self._recalled_to:
                found = await self._judged(one, self.tally)
                for firing in found:
                    lately = self._lately.setdefault(one.person, {})
                    lately[firing.ready.name] = firing.at_ms
                firings += found
        await self._write(firings)

    async def _judged(self, resolved: Resolved, tally: Tally) -> list[Firing]:
        self._note(resolved)
        event, person = resolved.logged.event, resolved.person
        if event.name not in self.book.by_event or not timely(event) or depth(event) >= MOST_DEEP:
            return []
        profile = await self.around.people.profile(event.subject, person)
        if profile is None:
            return []
        item = self._item(event) if self.book.needs[event.name].of_item else None
        moment = self._moment(event, person, profile, event.occurred_at_ms, item)
        return judged(self.book, self.memory, moment, self._fired(person, profile), tally)

    def _note(self, resolved: Resolved) -> None:
        """Remember an event, whether or not it may set something off."""
        event, person = resolved.logged.event, resolved.person
        if resolved.absorbed is not None:
            self.memory.join(person, resolved.absorbed)
        if event.name in self.book.counted:
            self.memory.mark(person, marked(event))
        for rule in self.book.called_off.get(event.name, ()):
            if self.memory.call_off(person, rule, event.occurred_at_ms):
                self.tally[rule].called_off += 1

    async def _fulfilled(self, waiting: Waiting, now_ms: int) -> Firing | None:
        """Return the firing of a rule that has waited, by what is known of the person now."""
        ready, event = self.book.rules.get(waiting.rule), waiting.event
        if ready is None or now_ms - waiting.due_ms > ready.patience_ms:
            return None
        person = await self.around.people.person(event.subject)
        if person is None:
            return None
        profile = await self.around.people.profile(event.subject, person)
        if profile is None:
            return None
        moment = self._moment(event, person, profile, now_ms, self._item(event))
        found = fulfilled(ready, waiting, moment, self._fired(person, profile))
        if found is None:
            self.tally[ready.name].failed += 1
        return found

    def _item(self, event: Event) -> Item | None:
        return self.around.items.get(event.items[0].id) if event.items else None

    def _moment(
        self, event: Event, person: PersonId, profile: Profile, now_ms: int, item: Item | None
    ) -> Moment:
        marks = self.memory.marks(person)
        return Moment(person, profile, now_ms, event, item, marks, self.around.beliefs)

    def _fired(self, person: PersonId, profile: Profile) -> Fired:
        lately = self._lately.get(person)
        return profile.fired if lately is None else {**profile.fired, **lately}

    async def _write(self, firings: Sequence[Firing]) -> None:
        now_ms = self.around.clock()
        events: list[Event] = []
        for firing in firings:
            event = said(firing, now_ms)
            if self.around.people.kept_out(event):
                continue
            events.append(event)
            counts = self.tally[firing.ready.name]
            counts.fired += 1
            counts.held_out += firing.held_out
            counts.last_ms = firing.at_ms
        if events:
            await self.around.log.append(events)

    def _forget_lately(self, before_ms: int) -> None:
        for person, fired in list(self._lately.items()):
            if max(fired.values()) < before_ms:
                del self._lately[person]
