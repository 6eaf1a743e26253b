"""The watch over the learned ranker: does it order well what real visitors touch next?

It also tells whether what the ranker reads, and says, is still as in training; and it scores a
challenger beside it, unseen. After a sample of touches the rankers are asked what comes next, a
moment later, in a thread, on copies of the models: no answer waits for it. The visitor's next touch
says who was right.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from tailorbird.identity.graph import Resolved
from tailorbird.predict.collaborative import REMEMBERED
from tailorbird.predict.evaluation.metrics import AT
from tailorbird.predict.hybrid.lessons import described_at
from tailorbird.predict.hybrid.seen import NAMES, values_of
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.registry.ports import OrderShelf
from tailorbird.predict.registry.sampled import Sampled
from tailorbird.predict.registry.watched import Score, Watched, begun, settled, watched_from
from tailorbird.predict.touching import SESSION_EVENTS
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import last_items, session_items
from tailorbird.spine.clock import MINUTE_MS, Clock
from tailorbird.spine.ids import PersonId, Subject

log = logging.getLogger("tailorbird.predict")

ASKED_A_ROUND = 20
"""Touches that are asked about in a round, at most: the newest."""
WATCH = "orders.json"
_MOST_OPEN = 5_000
_VISIT_MS = 30 * MINUTE_MS
_REFRESHED_MS = MINUTE_MS

ProfileOf = Callable[[Subject, PersonId], Awaitable[Profile | None]]
"""What is known of somebody, if they let it be used."""
First = tuple[str, ...]
"""The items that a ranker puts first, best first."""


class _Open(NamedTuple):
    at_ms: int
    last: str
    champion: First
    challenger: First | None


class _Known(NamedTuple):
    person: PersonId
    session: Sequence[str]
    past: Sequence[str]


class OrderWatch:
    """One workspace's; told of events in the event loop, asks in rounds.

    Args:
        predictor: what serves.
        shelf: versions, and a place for what is seen.
        profile_of: reads a profile, if its person lets it be used.
        clock: tells now.
    """

    def __init__(
        self, predictor: Predictor, shelf: OrderShelf, profile_of: ProfileOf, clock: Clock
    ) -> None:
        self._predictor = predictor
        self._shelf = shelf
        self._profile_of = profile_of
        self._clock = clock
        self._waiting: deque[tuple[PersonId, Subject]] = deque(maxlen=ASKED_A_ROUND)
        self._open: OrderedDict[PersonId, _Open] = OrderedDict()
        self._sampled = Sampled()
        self._compared: str | None = None
        self._beside: Predictor | None = None
        self._beside_folder: str | None = None
        self._refreshed_ms = 0
        self.seen: Watched | None = None

    def observe(self, batch: Sequence[Resolved]) -> None:
        """Note who touched what; costs nothing where no learned ranker serves."""
        if self._predictor.models.hybrid is None:
            return
        if self._beside is not None:
            self._beside.observe([one.logged.event for one in batch])
        for one in batch:
            event = one.logged.event
            if event.name not in SESSION_EVENTS or event.historical or not event.items:
                continue
            for line in event.items:
                self._touched(one.person, line.id, event.occurred_at_ms)
            self._waiting.append((one.person, event.subject))

    def forget(self, person: PersonId) -> None:
        """Drop what waits of a person; what was counted already is nobody's."""
        self._waiting = deque((one for one in self._waiting if one[0] != person), ASKED_A_ROUND)
        self._open.pop(person, None)

    async def round(self) -> None:
        """Ask what waits, and write down how the rankers do."""
        models = self._predictor.models
        if models.hybrid is None:
            return
        await self._adopt()
        await self._begin(models.name)
        waiting = [*self._waiting]
        self._waiting.clear()
        now_ms = self._clock()
        known = [found for one in waiting if (found := await self._known(*one, now_ms)) is not None]
        if not known or self.seen is None:
            return
        private, beside = self._predictor.apart(), self._beside
        other = None if beside is None else beside.apart()

        def work() -> list[tuple[_Known, First, tuple[float, ...], First | None]]:
            return [
                (
                    one,
                    *_ordered(private, one, now_ms),
                    None if other is None else _ordered(other, one, now_ms)[0],
                )
                for one in known
            ]

        for one, first, values, theirs in await asyncio.to_thread(work):
            if not values:
                continue
            self._sampled.add(values)
            self._open[one.person] = _Open(now_ms, one.session[-1], first, theirs)
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        self.seen = msgspec.structs.replace(self.seen, at_ms=now_ms, drift=self._sampled.drift())
        await asyncio.to_thread(self._shelf.note, WATCH, msgspec.json.encode(self.seen))

    def _touched(self, person: PersonId, item: str, at_ms: int) -> None:
        """Settle the question that is open about a person; the same item again is no answer."""
        one = self._open.get(person)
        if one is None or one.last == item or self.seen is None:
            return
        del self._open[person]
        if at_ms - one.at_ms > _VISIT_MS:
            return
        theirs = None if one.challenger is None else _rank(one.challenger, item)
        self.seen = settled(self.seen, _rank(one.champion, item), theirs, AT)

    async def _known(self, person: PersonId, subject: Subject, now_ms: int) -> _Known | None:
        profile = await self._profile_of(subject, person)
        if profile is None:
            return None
        session = session_items(profile, now_ms)
        past = [touch.item for touch in last_items(profile, REMEMBERED)]
        return _Known(person, session, past) if session else None

    async def _begin(self, name: str) -> None:
        """Begin anew where another version serves, or another is beside it."""
        if name != self._compared:
            card = await asyncio.to_thread(self._shelf.card, name)
            self._sampled.begin(() if card is None else card.shapes, NAMES)
            self._open.clear()
            self._compared = name
        seen = self.seen or watched_from(await asyncio.to_thread(self._shelf.noted, WATCH))
        if seen is None or seen.champion.name != name:
            seen = Watched(self._clock(), Score(name))
        beside = None if self._beside is None else self._beside.models.name
        self.seen = begun(seen, name, beside)

    async def _adopt(self) -> None:
        """Take up the challenger that the registry names, or let the present one go."""
        wanted = self._shelf.challenger()
        if wanted != self._beside_folder:
            self._beside_folder, self._beside = wanted, None
            trained = None if wanted is None else await asyncio.to_thread(self._read, wanted)
            if trained is not None and trained.models.hybrid is not None:
                self._beside = self._predictor.apart()
                self._beside.adopt(trained)
                self._refreshed_ms = 0
        if self._beside is not None and self._clock() - self._refreshed_ms >= _REFRESHED_MS:
            self._refreshed_ms = self._clock()
            await self._beside.refresh()

    def _read(self, name: str) -> Trained | None:
        try:
            return self._shelf.read(name)
        except (ModelMissing, ModelUnreadable) as cause:
            log.warning("watch.challenger_refused version=%s reason=%s", name, cause.detail)
            return None


def _ordered(predictor: Predictor, one: _Known, now_ms: int) -> tuple[First, tuple[float, ...]]:
    """Return what a ranker puts first, and the values of the question; nothing without any."""
    model = predictor.models.hybrid
    encode = predictor.vocabulary.encode
    found = described_at(predictor, now_ms / 1000, encode(one.session), encode(one.past))
    if model is None or not len(found.codes):
        return (), ()
    scores = model.scores(found.rows)
    best = np.argsort(-scores, kind="stable")[:AT]
    return tuple(predictor.vocabulary.decode(found.codes[best])), values_of(scores, found.rows)


def _rank(first: First, item: str) -> float:
    return float(first.index(item)) if item in first else np.inf
