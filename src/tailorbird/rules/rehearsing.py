"""Rehearsing rules: how often they would have fired over the last hours, had they been in force.

The log's events are judged in their order, with their own windows, signals, waiting and cooldowns.
The visit and the cart are as they were, folded from a day before the beginning on. What is asked of
the person and of the catalog is answered by what is known now: figures of rules that ask for orders
or probabilities are near, not exact.
"""

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.rules.judging import Counts, Tally, fulfilled, judged, timely
from tailorbird.rules.memory import Memory, Waiting
from tailorbird.rules.moment import Moment, marked
from tailorbird.rules.recalling import since
from tailorbird.rules.rulebook import rulebook
from tailorbird.rules.watcher import Surroundings
from tailorbird.spine.clock import DAY_MS, HOUR_MS
from tailorbird.spine.events import OWN_SOURCE, Event, LoggedEvent
from tailorbird.spine.ids import PersonId


class Rehearsed(msgspec.Struct, frozen=True, rename="camel"):
    """What would have become of one rule; `people` is about how many it would have fired."""

    rule: str
    asked: int
    fired: int
    people: int
    held_out: int
    cooling: int
    outranked: int
    called_off: int
    failed: int


class Rehearsal:
    """One walk through the recent past."""

    def __init__(self, around: Surroundings, configuration: Configuration) -> None:
        self._around = around
        self._book = rulebook(configuration)
        self._memory = Memory()
        self._tally = Tally()
        self._fired: dict[PersonId, dict[str, int]] = {}
        self._lived: dict[PersonId, Profile] = {}

    async def walk(self, hours: int) -> list[Rehearsed]:
        """Judge what came in during the last hours; nothing is written.

        Windows look back behind the beginning, as they would have.
        """
        log, now_ms = self._around.log, self._around.clock()
        begin_ms = now_ms - hours * HOUR_MS
        first_ms = begin_ms - max(self._book.reach_ms, DAY_MS)
        async for batch in since(log, first_ms, log.last_offset):
            for logged in batch:
                await self._take(logged, begin_ms)
        await self._fulfill(now_ms)
        return [self._told(name, self._tally[name]) for name in sorted(self._book.rules)]

    async def _take(self, logged: LoggedEvent, begin_ms: int) -> None:
        event, book = logged.event, self._book
        if event.source.startswith(OWN_SOURCE):
            return
        person = await self._around.people.person(event.subject)
        if person is None:
            return
        await self._fulfill(event.occurred_at_ms)
        self._lived[person] = fold(self._lived.get(person, EMPTY), event)
        self._note(event, person)
        if event.name in book.by_event and timely(event) and event.received_at_ms >= begin_ms:
            await self._judge(event, person)

    def _note(self, event: Event, person: PersonId) -> None:
        if event.name in self._book.counted:
            self._memory.mark(person, marked(event))
        for rule in self._book.called_off.get(event.name, ()):
            if self._memory.call_off(person, rule, event.occurred_at_ms):
                self._tally[rule].called_off += 1

    async def _judge(self, event: Event, person: PersonId) -> None:
        moment = await self._moment(event, person, event.occurred_at_ms)
        if moment is not None:
            fired = self._fired.setdefault(person, {})
            for firing in judged(self._book, self._memory, moment, fired, self._tally):
                self._count(firing.ready.name, person, firing.at_ms, held_out=firing.held_out)

    async def _fulfill(self, now_ms: int) -> None:
        for waiting in self._memory.due(now_ms):
            moment = await self._moment(waiting.event, waiting.person, waiting.due_ms)
            if moment is not None:
                self._settle(waiting, moment)

    def _settle(self, waiting: Waiting, moment: Moment) -> None:
        ready, fired = self._book.rules[waiting.rule], self._fired.get(waiting.person, {})
        found = fulfilled(ready, waiting, moment, fired)
        if found is None:
            self._tally[waiting.rule].failed += 1
        else:
            self._count(waiting.rule, waiting.person, found.at_ms, held_out=found.held_out)

    async def _moment(self, event: Event, person: PersonId, now_ms: int) -> Moment | None:
        profile = await self._around.people.profile(event.subject, person)
        if profile is None:
            return None
        lived = self._lived.get(person, EMPTY)
        profile = msgspec.structs.replace(
            profile,
            presence=lived.presence,
            touches=lived.touches,
            searches=lived.searches,
            cart=lived.cart,
        )
        item = self._around.items.get(event.items[0].id) if event.items else None
        marks = self._memory.marks(person)
        return Moment(person, profile, now_ms, event, item, marks, self._around.beliefs)

    def _count(self, rule: str, person: PersonId, at_ms: int, *, held_out: bool) -> None:
        counts = self._tally[rule]
        counts.fired += 1
        counts.held_out += held_out
        self._fired.setdefault(person, {})[rule] = at_ms

    def _told(self, name: str, counts: Counts) -> Rehearsed:
        return Rehearsed(
            rule=name,
            asked=counts.asked,
            fired=counts.fired,
            people=sum(name in fired for fired in self._fired.values()),
            held_out=counts.held_out,
            cooling=counts.cooling,
            outranked=counts.outranked,
            called_off=counts.called_off,
            failed=counts.failed,
        )
