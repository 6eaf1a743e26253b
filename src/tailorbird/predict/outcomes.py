"""What people did with what was shown to them, gathered from a log for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from tailorbird.spine import events
from tailorbird.spine.clock import DAY_MS

DISMISSED, PASSED, CLICKED, ADDED, ORDERED = -1, 0, 1, 2, 3
"""What somebody did with an item that was shown, from worst to best."""

ADDS_WITHIN_S = DAY_MS / 1000
ORDERS_WITHIN_S = 7 * ADDS_WITHIN_S
"""How long after a click an addition to the cart, or an order, of the item is put down to it."""

_GRADES = {
    events.RECOMMENDATION_VIEWED: PASSED,
    events.RECOMMENDATION_CLICKED: CLICKED,
    events.PRODUCT_ADDED: ADDED,
    events.ORDER_COMPLETED: ORDERED,
    events.RECOMMENDATION_DISMISSED: DISMISSED,
}
_WITHIN_S = {ADDED: ADDS_WITHIN_S, ORDERED: ORDERS_WITHIN_S}


class ShownLine(msgspec.Struct, frozen=True, rename="camel"):
    """One item of an answer; `action_probability` is there where it was drawn by luck."""

    id: str
    position: int
    exposure_id: str
    action_probability: float | None = None


class ShownSlot(msgspec.Struct, frozen=True, rename="camel"):
    """The answer for one placement; what other arms would have shown is not among it."""

    placement: str
    items: tuple[ShownLine, ...] = ()


class TrainingDecision(msgspec.Struct, frozen=True):
    """The part of a decision of the journal that training reads; ghosts are not even decoded."""

    at_ms: int
    anonymous_id: str | None = None
    user_id: str | None = None
    decisions: tuple[ShownSlot, ...] = ()


class ToldExposure(msgspec.Struct, frozen=True):
    """Which exposure an event is about."""

    exposure_id: str


class Click(NamedTuple):
    """When somebody clicked on something shown, and under which exposure."""

    at_s: float
    exposure_id: str
    visitor: str


@dataclass(slots=True)
class Outcomes:
    """What became of exposures, by their ids.

    Attributes:
        viewed: those that somebody saw, as the page said.
        best: the best that came of one that was acted on; a dismissal stands against all else.
        clicks: as they came.
        taken: visitor, when, item, and `ADDED` or `ORDERED`: not yet put down to an exposure.
    """

    viewed: set[str] = field(default_factory=set)
    best: dict[str, int] = field(default_factory=dict)
    clicks: list[Click] = field(default_factory=list)
    taken: list[tuple[str, float, str, int]] = field(default_factory=list)

    def add(
        self, name: str, visitor: str, at_s: float, about: tuple[str | None, list[str]]
    ) -> None:
        """Take one event in.

        Args:
            name: of the event.
            visitor: who.
            at_s: when, in seconds since 1970.
            about: the exposure that it names, and its items.
        """
        grade = _GRADES.get(name)
        if grade is None:
            return
        exposure_id, items = about
        if exposure_id is not None:
            self._raise(exposure_id, grade)
            if grade == CLICKED:
                self.clicks.append(Click(at_s, exposure_id, visitor))
        if grade in _WITHIN_S:
            self.taken.extend((visitor, at_s, item, grade) for item in items)

    def grades(self, users: Mapping[str, str], items: Mapping[str, str]) -> dict[str, int]:
        """Return the best that came of each exposure that was acted on.

        What was put into the cart or ordered after a click on it counts for the latest such click.

        Args:
            users: device → the user who logged in on it; both are one person.
            items: exposure → the item that was shown.
        """
        found = dict(self.best)
        clicks: dict[tuple[str, str], list[Click]] = {}
        for one in self.clicks:
            item = items.get(one.exposure_id)
            if item is not None:
                clicks.setdefault((users.get(one.visitor, one.visitor), item), []).append(one)
        for visitor, at_s, item, grade in self.taken:
            before = [
                one
                for one in clicks.get((users.get(visitor, visitor), item), ())
                if 0.0 <= at_s - one.at_s <= _WITHIN_S[grade]
            ]
            if before:
                latest = max(before).exposure_id
                if found.get(latest, CLICKED) != DISMISSED:
                    found[latest] = max(found.get(latest, CLICKED), grade)
        return found

    def _raise(self, exposure_id: str, grade: int) -> None:
        self.viewed.add(exposure_id)  # who acted on it saw it
        if grade == PASSED:
            return
        known = self.best.get(exposure_id, PASSED)
        self.best[exposure_id] = DISMISSED if DISMISSED in {known, grade} else max(known, grade)
