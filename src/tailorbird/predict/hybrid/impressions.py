"""Impressions: what was shown to whom, where on the page, who saw it, and what they did with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.outcomes import PASSED, ShownSlot, TrainingDecision
from tailorbird.predict.sessions import Codes
from tailorbird.predict.training import Diary

LEAST_SEEN_AT_ONCE = 2


class Impression(NamedTuple):
    """One list that was shown; arrays are by item.

    Attributes:
        person: as the diary names them.
        at_s: when, in seconds since 1970.
        placement: where.
        codes: int32[n], -1 for an item that the diary does not know.
        positions: int64[n], from 1.
        seen: bool[n], whether it was on the screen; what was not is neither liked nor passed over.
        grades: int8[n], what was done with it, as `outcomes` grades it.
        lucky: bool[n], drawn by luck: nothing that is known of it speaks for its place.
    """

    person: str
    at_s: float
    placement: str
    codes: Codes
    positions: NDArray[np.int64]
    seen: NDArray[np.bool_]
    grades: NDArray[np.int8]
    lucky: NDArray[np.bool_]

    @property
    def acted(self) -> NDArray[np.bool_]:
        """bool[n], whether something was done with it."""
        return np.not_equal(self.grades, PASSED)


def impressions(decisions: Iterable[TrainingDecision], diary: Diary) -> list[Impression]:
    """Return the lists of items that somebody saw some of, by time.

    A shop that reports views is taken at its word: what it does not report was not seen. Where it
    reports only one item a list (or none at all), the whole list counts as seen.

    Args:
        decisions: of the journal; arms that were only imagined (ghosts) are not among them.
        diary: of the same people and time, with their outcomes.
    """
    shown = list(decisions)
    grades = diary.outcomes.grades(diary.users, _items(shown))
    itemwise = _reported_itemwise(shown, diary.outcomes.viewed)
    reports = bool(diary.outcomes.viewed)
    found = []
    for decision in shown:
        visitor = decision.anonymous_id or decision.user_id
        if visitor is None:
            continue
        person = diary.users.get(visitor, visitor)
        for slot in decision.decisions:
            one = _impression(slot, (person, decision.at_ms / 1000), diary, grades)
            if reports and not one.seen.any():
                continue
            whole = slot.placement not in itemwise
            found.append(one._replace(seen=np.ones(len(one.seen), np.bool_)) if whole else one)
    found = [one for one in found if len(one.codes) >= LEAST_SEEN_AT_ONCE]
    return sorted(found, key=lambda one: (one.at_s, one.person))


def _items(shown: Iterable[TrainingDecision]) -> dict[str, str]:
    return {
        line.exposure_id: line.id
        for decision in shown
        for slot in decision.decisions
        for line in slot.items
    }


def _reported_itemwise(shown: Iterable[TrainingDecision], viewed: set[str]) -> set[str]:
    """Return the placements of which two items of one list were reported at least once."""
    return {
        slot.placement
        for decision in shown
        for slot in decision.decisions
        if sum(line.exposure_id in viewed for line in slot.items) >= LEAST_SEEN_AT_ONCE
    }


def _impression(
    slot: ShownSlot, who_when: tuple[str, float], diary: Diary, grades: dict[str, int]
) -> Impression:
    person, at_s = who_when
    lines = slot.items
    known = diary.vocabulary.codes
    return Impression(
        person,
        at_s,
        slot.placement,
        np.array([known.get(line.id, -1) for line in lines], np.int32),
        np.array([line.position for line in lines], np.int64),
        np.array([line.exposure_id in diary.outcomes.viewed for line in lines], np.bool_),
        np.array([grades.get(line.exposure_id, PASSED) for line in lines], np.int8),
        np.array([line.action_probability is not None for line in lines], np.bool_),
    )
