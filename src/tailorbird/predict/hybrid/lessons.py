"""Lessons for the hybrid ranker: what was known at each act of late, and what came next.

Base models learned only from before; nobody is described by what they did later.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def acts_since(diary: Diary, since_s: float) -> list[Act]:
    """Return the acts of people of whom something was known, by time.

    To touch the same item again at once is no act of its own.
    """
    found: list[Act] = []
    for one in diary.people():
        found.extend(_acts(one, since_s))
    return sorted(found, key=lambda act: act.at_s)


def lesson(predictor: Predictor, act: Act) -> Lesson:
    """Return the candidates that there were at an act, described, and which item came."""
    session, past = act.session, act.past
    told = predictor.next_items(session if len(session) else past[:_FROM_EARLIER][::-1])
    pool, _ = candidates(predictor, told, session[-1:], session, past)
    asker = Asker(np.ascontiguousarray(session[::-1]), past, act.at_s)
    found = described(pool, asker, predictor.facts())
    kept = Described(found.codes.copy(), found.sources.copy(), found.rows.copy())
    return Lesson(kept, act.answer)


def _acts(life: list[tuple[float, int]], since_s: float) -> Iterator[Act]:
    session: list[int] = []
    past: dict[int, None] = {}
    last_s = -np.inf
    for at_s, code in life:
        if at_s - last_s > _PAUSE_S:
            session = []
        again = bool(session) and session[-1] == code
        if at_s >= since_s and past and not again:
            yield Act(
                at_s,
                np.array(session[-_LONGEST_SESSION:], np.int32),
                np.array([*reversed(past)][:REMEMBERED], np.int32),
                code,
            )
        if not again:
            session.append(code)
        past.pop(code, None)
        past[code] = None
        last_s = at_s
