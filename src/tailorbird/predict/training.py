"""What training reads out of a log: sessions, baskets, standings, and facets of items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import msgspec
import numpy as np

from tailorbird.predict.outcomes import Outcomes, ToldExposure
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.predict.touching import SESSION_EVENTS, TOUCH_WEIGHTS
from tailorbird.spine import events

_PAUSE_S = 30 * 60.0
_LONGEST = 200


class TrainingLine(msgspec.Struct):
    """The part of a line item that training reads."""

    id: str
    facets: tuple[str, ...] = ()


class TrainingContext(msgspec.Struct, frozen=True):
    """The part of an event's circumstances that training reads."""

    channel: str | None = None


NO_CONTEXT = TrainingContext()


class TrainingEvent(msgspec.Struct):
    """The part of a logged event that training reads; the rest is not even decoded."""

    name: str
    occurred_at_ms: int
    anonymous_id: str | None = None
    user_id: str | None = None
    items: tuple[TrainingLine, ...] = ()
    context: TrainingContext = NO_CONTEXT
    exposure: ToldExposure | None = None


@dataclass(slots=True)
class Diary:
    """What a log says to the models, gathered event by event.

    Attributes:
        vocabulary: item id ↔ code, in the order of first appearance.
        facets: item code → facets as last stamped on an event.
        outcomes: what became of what was shown.
        users: device → the user who logged in on it last.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    facets: dict[int, tuple[str, ...]] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=Outcomes)
    users: dict[str, str] = field(default_factory=dict)
    _touches: list[tuple[str, float, int]] = field(default_factory=list)
    _counted: list[tuple[int, float, float, str | None]] = field(default_factory=list)
    _baskets: list[tuple[str, float, list[int]]] = field(default_factory=list)

    def add(self, event: TrainingEvent) -> None:
        """Take one event in."""
        visitor = event.anonymous_id or event.user_id or ""
        at_s = event.occurred_at_ms / 1000
        exposure = None if event.exposure is None else event.exposure.exposure_id
        named = [line.id for line in event.items]
        self.outcomes.add(event.name, visitor, at_s, (exposure, named))
        if not event.items:
            return
        if event.anonymous_id and event.user_id:
            self.users[event.anonymous_id] = event.user_id
        weight = TOUCH_WEIGHTS.get(event.name)
        if weight is not None:
            channel = event.context.channel
            self._counted.extend((self._code(line), at_s, weight, channel) for line in event.items)
        if event.name in SESSION_EVENTS:
            for line in event.items:
                self._touches.append((visitor, at_s, self._code(line)))
        elif event.name == events.ORDER_COMPLETED:
            codes = [self._code(line) for line in event.items]
            self._baskets.append((event.user_id or visitor, at_s, codes))

    def sessions(self) -> Sessions:
        """Return the visits with two different touches or more, cut at pauses, oldest first.

        An item touched twice in a row (viewed, then put into the cart) is one touch.
        """
        rows: list[list[int]] = []
        ended: list[float] = []
        current: list[int] = []
        last = ("", 0.0)
        for visitor, at_s, code in sorted(self._touches, key=_by_visitor):
            if visitor != last[0] or at_s - last[1] > _PAUSE_S:
                if len(current) > 1:
                    rows.append(current)
                    ended.append(last[1])
                current = []
            if (not current or current[-1] != code) and len(current) < _LONGEST:
                current.append(code)
            last = (visitor, at_s)
        if len(current) > 1:
            rows.append(current)
            ended.append(last[1])
        return Sessions.of(rows, ended)

    def baskets(self) -> Sessions:
        """Return every order as a row of different items, oldest first."""
        ordered = self._ordered()
        rows = [list(dict.fromkeys(codes)) for _, _, codes in ordered]
        return Sessions.of(rows, [at_s for _, at_s, _ in ordered])

    def histories(self) -> Sessions:
        """Return people with two different items or more, by when they last came to one.

        A row is what one person came to over all visits and orders, each item where it was first.
        What a device did counts for the user who logged in on it last.
        """
        firsts: list[dict[int, float]] = []
        for life in self.people():
            first: dict[int, float] = {}
            for at_s, code in life:
                first.setdefault(code, at_s)
            if len(first) > 1:
                firsts.append(first)
        return Sessions.of([list(one) for one in firsts], [max(one.values()) for one in firsts])

    def people(self) -> list[list[tuple[float, int]]]:
        """Return what each person did with items, orders included: when, in seconds, and which."""
        return list(self.lives().values())

    def lives(self) -> dict[str, list[tuple[float, int]]]:
        """Return the same by person: the user, or the device on which nobody logged in."""
        acts = [
            (self.users.get(visitor, visitor), at_s, code) for visitor, at_s, code in self._touches
        ]
        for buyer, at_s, codes in self._baskets:
            acts.extend((self.users.get(buyer, buyer), at_s, code) for code in codes)
        lives: dict[str, list[tuple[float, int]]] = {}
        for person, at_s, code in sorted(acts, key=_by_visitor):
            lives.setdefault(person, []).append((at_s, code))
        lives.pop("", None)
        return lives

    def until(self, end_s: float) -> Diary:
        """Return what was in it before a moment, but for outcomes; codes stay as they are."""
        return Diary(
            self.vocabulary,
            self.facets,
            Outcomes(),
            self.users,
            [one for one in self._touches if one[1] < end_s],
            [one for one in self._counted if one[1] < end_s],
            [one for one in self._baskets if one[1] < end_s],
        )

    def buyers(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """int64[orders], a number for who placed each order of `baskets`."""
        numbers: dict[str, int] = {}
        found = [numbers.setdefault(buyer, len(numbers)) for buyer, _, _ in self._ordered()]
        return np.array(found, np.int64)

    def _ordered(self) -> list[tuple[str, float, list[int]]]:
        return sorted(self._baskets, key=_by_time)

    def standings(self, landmark_s: float) -> Standings:
        """Return who is in front."""
        found = Standings(landmark_s)
        for code, at_s, weight, channel in self._counted:
            found.touch(code, at_s, weight, channel)
        return found

    def leaves(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """int32[items], a number for each item's narrowest category, -1 where unknown."""
        numbers: dict[str, int] = {}
        found = np.full(len(self.vocabulary), -1, np.int32)
        for code, facets in self.facets.items():
            categories = [facet for facet in facets if facet.startswith("category:")]
            if categories:
                found[code] = numbers.setdefault(categories[-1], len(numbers))
        return found

    def kinds(self) -> list[str | None]:
        """Return the facet of each item's narrowest category, by code; None where unknown."""
        found: list[str | None] = [None] * len(self.vocabulary)
        for code, facets in self.facets.items():
            found[code] = next((one for one in facets[::-1] if one.startswith("category:")), None)
        return found

    def ended_s(self) -> float:
        """Return when the last thing happened, in seconds since 1970."""
        acts = chain(self._touches, self._baskets)
        return max((at_s for _, at_s, _ in acts), default=0.0)

    def _code(self, line: TrainingLine) -> int:
        code = self.vocabulary.learn(line.id)
        if line.facets:
            self.facets[code] = line.facets
        return code


def read_diary(batches: Iterable[Iterable[TrainingEvent]], since_ms: int = 0) -> Diary:
    """Return what a log says of what happened since a moment, read batch by batch."""
    diary = Diary()
    for batch in batches:
        for event in batch:
            if event.occurred_at_ms >= since_ms:
                diary.add(event)
    return diary


def _by_visitor(touch: tuple[str, float, int]) -> tuple[str, float]:
    return touch[0], touch[1]


def _by_time(basket: tuple[str, float, list[int]]) -> float:
    return basket[1]
