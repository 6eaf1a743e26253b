"""Lessons for the hybrid ranker: what was known at each act of late, and what came next.

Base models learned only from before; nobody is described by what they did later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tailorbird.predict.collaborative import REMEMBERED
from tailorbird.predict.hybrid.candidates import candidates
from tailorbird.predict.hybrid.describing import Asker, Described, described
from tailorbird.predict.hybrid.fitting import Lesson
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.sessions import Codes
from tailorbird.predict.training import Diary

_PAUSE_S = 30 * 60.0
_LONGEST_SESSION = 20
_FROM_EARLIER = 8


class Act(NamedTuple):
    """One act, with what went before it.

    Attributes:
        at_s: when, in seconds since 1970.
        session: int32[], items of the visit so far, oldest first.
        past: int32[], different items of all visits, newest first.
        answer: the item that came.
    """

    at_s: float
    session: Codes
    past: Codes
    answer: int


class Remembered:
    """What is known of one person at some moment of their life."""

    def __init__(self) -> None:
        self.session: list[int] = []
        self.past: dict[int, None] = {}
        self._last_s = -np.inf

    def came(self, at_s: float, code: int) -> None:
        """Take in that they dealt with an item; to touch the same one again at once is no news."""
        if at_s - self._last_s > _PAUSE_S:
            self.session = []
        if not self.session or self.session[-1] != code:
            self.session.append(code)
        self.past.pop(code, None)
        self.past[code] = None
        self._last_s = at_s

    def as_of(self, at_s: float) -> tuple[Codes, Codes]:
        """Return the visit at a moment, oldest first, and the past, newest first."""
        session = self.session if at_s - self._last_s <= _PAUSE_S else []
        return (
            np.array(session[-_LONGEST_SESSION:], np.int32),
            np.array([*reversed(self.past)][:REMEMBERED], np.int32),
        )


def acts_since(diary: Diary, since_s: float) -> list[Act]:
    """Return the acts of people of whom something was known, by time.

    To touch the same item again at once is no act of its own.
    """
    found: list[Act] = []
    for one in diary.people():
        found.extend(_acts(one, since_s))
    return sorted(found, key=lambda act: act.at_s)


def moments_of(
    life: Sequence[tuple[float, int]], asked_s: Sequence[float]
) -> Iterator[tuple[Codes, Codes]]:
    """Yield the visit and the past as of each moment, in the order of time.

    Args:
        life: of one person, in the order of time: when, and which item.
        asked_s: moments, rising.
    """
    known, place = Remembered(), 0
    for at_s in asked_s:
        while place < len(life) and life[place][0] <= at_s:
            known.came(*life[place])
            place += 1
        yield known.as_of(at_s)


def lesson(predictor: Predictor, act: Act) -> Lesson:
    """Return the candidates that there were at an act, described, and which item came."""
    return Lesson(described_at(predictor, act.at_s, act.session, act.past), act.answer)


def described_at(predictor: Predictor, at_s: float, session: Codes, past: Codes) -> Described:
    """Return the candidates that there were at a moment, described.

    Args:
        predictor: the models that are asked.
        at_s: when.
        session: int32[], items of the visit so far, oldest first.
        past: int32[], different items of all visits, newest first.
    """
    told = predictor.next_items(session if len(session) else past[:_FROM_EARLIER][::-1])
    pool, _ = candidates(predictor, told, session[-1:], session, past)
    asker = Asker(np.ascontiguousarray(session[::-1]), past, at_s)
    found = described(pool, asker, predictor.facts())
    return Described(found.codes.copy(), found.sources.copy(), found.rows.copy())


def _acts(life: Sequence[tuple[float, int]], since_s: float) -> Iterator[Act]:
    known = Remembered()
    for at_s, code in life:
        session, past = known.as_of(at_s)
        again = bool(len(session)) and session[-1] == code
        if at_s >= since_s and len(past) and not again:
            yield Act(at_s, session, past, code)
        known.came(at_s, code)
