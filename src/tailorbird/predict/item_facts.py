"""What is known about each item whatever the session: how popular, trending, rare, returned to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.session_index import freshness
from tailorbird.predict.sessions import Codes, Sessions

PRIOR_TOUCHES = 5.0


class ItemFacts(NamedTuple):
    """Facts by item code.

    Attributes:
        touches: float32[items], how often the item was touched.
        faded: float32[items], the same, where a touch loses its weight with age.
        again: float32[items], touches in sessions that had touched the item before.
        popular: float32[items], log(1 + touches).
        trending: float32[items], log(1 + faded).
        rare: float32[items], inverse document frequency.
        returning: float32[items], smoothed share of touches that are repeats.
    """

    touches: NDArray[np.float32]
    faded: NDArray[np.float32]
    again: NDArray[np.float32]
    popular: NDArray[np.float32]
    trending: NDArray[np.float32]
    rare: NDArray[np.float32]
    returning: NDArray[np.float32]


class Tally(NamedTuple):
    """Sums over sessions from which facts are made; two tallies of the same items add up."""

    touches: NDArray[np.float32]
    faded: NDArray[np.float32]
    again: NDArray[np.float32]

    def plus(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(*(mine + its for mine, its in zip(self, other, strict=True)))


def no_tally(item_count: int) -> Tally:
    """Return the tally of no sessions."""
    return Tally(*(np.zeros(item_count, np.float32) for _ in range(3)))


def tally(sessions: Sessions, item_count: int, half_life: float, latest_at: float) -> Tally:
    """Count touches, faded touches and repeats.

    Args:
        sessions: What to count.
        item_count: Size of the arrays.
        half_life: Seconds in which a touch loses half its weight.
        latest_at: When a touch weighs one.
    """
    counted = no_tally(item_count)
    fresh = freshness(sessions.ended_at, half_life, latest_at)
    _count(sessions.offsets, sessions.items, fresh, counted)
    return counted


def facts_of(counted: Tally, session_count: int) -> ItemFacts:
    """Return the facts that follow from a tally over `session_count` sessions."""
    touches, faded, again = counted
    share = float(again.sum()) / max(float(touches.sum()), 1.0)
    returning = (again + PRIOR_TOUCHES * share) / (touches + PRIOR_TOUCHES)
    rare = np.maximum(np.log((session_count + 1.0) / (touches + 1.0)), 0.0)
    return ItemFacts(
        touches,
        faded,
        again,
        np.log1p(touches),
        np.log1p(faded),
        rare.astype(np.float32),
        returning.astype(np.float32),
    )


def grown(counted: Tally, item_count: int) -> Tally:
    """Return the tally with room for more items."""
    more = item_count - len(counted.touches)
    return Tally(*(np.pad(part, (0, more)) for part in counted))


@kernel
def _count(
    offsets: NDArray[np.int64], items: Codes, fresh: NDArray[np.float32], counted: Tally
) -> None:
    last_session = np.full(len(counted.touches), -1, np.int64)
    for session in range(len(offsets) - 1):
        for entry in range(offsets[session], offsets[session + 1]):
            item = items[entry]
            counted.touches[item] += np.float32(1.0)
            counted.faded[item] += fresh[session]
            if last_session[item] == session:
                counted.again[item] += np.float32(1.0)
            last_session[item] = session
