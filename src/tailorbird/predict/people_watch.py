"""The watch over models of people: is what they read, and what they say, still as in training?

Now and then somebody who has just done something is asked about, behind the answers: what the
model of purchase intent reads of them, and what it says. Half an hour later it is known whether
they ordered. Only sums are kept, and the last two thousand rows, without names.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from tailorbird.features.moment import Moment
from tailorbird.identity.graph import Resolved
from tailorbird.predict.people import Foresight, PeopleModels
from tailorbird.predict.ports import PeopleShelf
from tailorbird.predict.propensity.gate import intent_names, intent_values
from tailorbird.predict.propensity.visits import ACTS, features_at, table_of
from tailorbird.predict.registry.drift import Drift
from tailorbird.predict.registry.sampled import Sampled
from tailorbird.profile.profile import Profile
from tailorbird.spine.clock import MINUTE_MS, Clock
from tailorbird.spine.events import ORDER_COMPLETED
from tailorbird.spine.ids import PersonId, Subject

ASKED_A_ROUND = 40
"""Moments that are asked about in a round, at most: the newest."""
_MOST_OPEN = 5_000

ProfileOf = Callable[[Subject, PersonId], Awaitable[Profile | None]]
"""What is known of somebody, if they let it be used."""


class PeopleWatched(msgspec.Struct, frozen=True):
    """What was seen so far of the version that serves.

    Attributes:
        name: the version.
        at_ms: when this was written.
        asked: moments at which it was asked.
        settled: those of which the outcome is known.
        said, happened, squares: sums over these of the probability, of orders that came in time,
            and of squared errors.
        drift: of features and probabilities of the newest moments, against training.
    """

    name: str
    at_ms: int
    asked: int = 0
    settled: int = 0
    said: float = 0.0
    happened: int = 0
    squares: float = 0.0
    drift: tuple[Drift, ...] = ()

    @property
    def alarms(self) -> tuple[Drift, ...]:
        """What has drifted so far that somebody should look."""
        return tuple(one for one in self.drift if one.alarm)


class _Open(NamedTuple):
    person: PersonId
    at_ms: int
    said: float


class PeopleWatch:
    """One workspace's; told of events in the event loop, asks in rounds.

    Args:
        foresight: the models that serve.
        shelf: their cards.
        profile_of: reads a profile, if its person lets it be used.
        clock: tells now.
    """

    def __init__(
        self, foresight: Foresight, shelf: PeopleShelf, profile_of: ProfileOf, clock: Clock
    ) -> None:
        self._foresight = foresight
        self._shelf = shelf
        self._profile_of = profile_of
        self._clock = clock
        # Every act is as likely to be asked about as any other: so were those of the training.
        self._waiting: deque[tuple[PersonId, Subject]] = deque(maxlen=ASKED_A_ROUND)
        self._open: deque[_Open] = deque(maxlen=_MOST_OPEN)
        self._ordered: OrderedDict[PersonId, int] = OrderedDict()
        self._sampled = Sampled()
        self.seen: PeopleWatched | None = None

    def observe(self, batch: Sequence[Resolved]) -> None:
        """Note who has just done something, and who ordered; costs nothing without a model."""
        if self._foresight.models.intent is None:
            return
        for one in batch:
            event = one.logged.event
            if event.historical:
                continue
            if event.name in ACTS:
                self._waiting.append((one.person, event.subject))
            elif event.name == ORDER_COMPLETED:
                self._ordered[one.person] = event.occurred_at_ms
                if len(self._ordered) > _MOST_OPEN:
                    self._ordered.popitem(last=False)

    def forget(self, person: PersonId) -> None:
        """Drop what waits of a person; what was counted already is nobody's."""
        self._waiting = deque((one for one in self._waiting if one[0] != person), ASKED_A_ROUND)
        self._open = deque((one for one in self._open if one.person != person), _MOST_OPEN)
        self._ordered.pop(person, None)

    async def round(self) -> None:
        """Ask about those who wait, settle what has come out, and write it down."""
        models, now_ms = self._foresight.models, self._clock()
        if models.intent is None:
            return
        seen = await self._begun(models, now_ms)
        waiting = [*self._waiting]
        self._waiting.clear()
        seen = self._settled(seen, now_ms, models.minutes * MINUTE_MS)
        for person, subject in waiting:
            profile = await self._profile_of(subject, person)
            if profile is not None:
                seen = self._asked(seen, person, Moment(now_ms, profile))
        if seen == self.seen:
            return
        self.seen = msgspec.structs.replace(seen, at_ms=now_ms, drift=self._sampled.drift())
        await asyncio.to_thread(self._shelf.write_watch, msgspec.json.encode(self.seen))

    def _asked(self, seen: PeopleWatched, person: PersonId, moment: Moment) -> PeopleWatched:
        model = self._foresight.models.intent
        if model is None:
            return seen
        row = intent_values(model, table_of([features_at(moment)]))[0]
        self._sampled.add(row.tolist())
        self._open.append(_Open(person, moment.now_ms, float(row[-1])))
        return msgspec.structs.replace(seen, asked=seen.asked + 1)

    def _settled(self, seen: PeopleWatched, now_ms: int, span_ms: int) -> PeopleWatched:
        """Close the moments whose time is over; they are in the order in which they were asked."""
        while self._open and self._open[0].at_ms + span_ms <= now_ms:
            one = self._open.popleft()
            ordered_ms = self._ordered.get(one.person)
            came = ordered_ms is not None and 0 <= ordered_ms - one.at_ms <= span_ms
            seen = msgspec.structs.replace(
                seen,
                settled=seen.settled + 1,
                said=seen.said + one.said,
                happened=seen.happened + came,
                squares=seen.squares + (one.said - came) ** 2,
            )
        return seen

    async def _begun(self, models: PeopleModels, now_ms: int) -> PeopleWatched:
        """Return what was seen of this very version, begun anew when it is another."""
        if self.seen is not None and self.seen.name == models.name:
            return self.seen
        card = await asyncio.to_thread(self._shelf.card, models.name)
        names = () if models.intent is None else intent_names(models.intent)
        self._sampled.begin(() if card is None else card.shapes, names)
        self._open.clear()
        self._ordered.clear()
        before = people_watched_from(await asyncio.to_thread(self._shelf.read_watch))
        if before is not None and before.name == models.name:
            return before
        return PeopleWatched(models.name, now_ms)


def people_watched_from(content: bytes | None) -> PeopleWatched | None:
    """Return what a server wrote down; None where nothing readable is."""
    try:
        return None if content is None else msgspec.json.decode(content, type=PeopleWatched)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # a torn file of sums; the server writes a new one within seconds
