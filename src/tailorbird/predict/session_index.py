"""An index from each item to the sessions that touched it, newest last, for quick look-ups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes, Offsets, Seconds, Sessions, offsets_of


class SessionIndex(NamedTuple):
    """Sessions and their inverted index; a named tuple because Numba takes those as they are.

    Attributes:
        offsets: int64[n+1], where sessions begin in `items`.
        items: int32[], item codes of all sessions, one after the other.
        session_of: int32[], the session of each entry of `items`.
        ended_at: float64[n], seconds.
        item_offsets: int64[items+1], where the entries of an item begin in `entries`.
        entries: int32[], positions in `items` of each item, oldest first.
    """

    offsets: Offsets
    items: Codes
    session_of: Codes
    ended_at: Seconds
    item_offsets: Offsets
    entries: Codes


def index_sessions(sessions: Sessions, item_count: int) -> SessionIndex:
    """Build the index in time linear in the number of touched items.

    Args:
        sessions: Oldest first.
        item_count: At least `sessions.item_count`.
    """
    counts = np.bincount(sessions.items, minlength=item_count).astype(np.int64)
    item_offsets = offsets_of(counts)
    return SessionIndex(
        sessions.offsets,
        sessions.items,
        np.repeat(np.arange(len(sessions), dtype=np.int32), sessions.lengths),
        sessions.ended_at,
        item_offsets,
        _entries(sessions.items, item_offsets),
    )


NEWEST = 13.0
"""Half-lives by which a session may be newer than the newest that was fitted."""


def freshness(ended_at: Seconds, half_life_seconds: float, latest_at: float) -> NDArray[np.float32]:
    """Return float32[n], the weight of each session, which halves with every half-life."""
    # Bounded: what comes long after the training (an old history was imported, or the training is
    # weeks ago) counts 8,192-fold at most, so that it leads but never drowns what was fitted.
    halvings = np.clip((latest_at - ended_at) / half_life_seconds, -NEWEST, 100.0)
    return np.exp2(-halvings).astype(np.float32)


@kernel
def _entries(items: Codes, item_offsets: Offsets) -> Codes:
    filled = item_offsets[:-1].copy()
    entries = np.empty(len(items), np.int32)
    for position in range(len(items)):
        item = items[position]
        entries[filled[item]] = position
        filled[item] += 1
    return entries
