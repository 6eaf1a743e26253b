"""Working memory of the neighbor kernels, allocated once and left clean after each answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = 12


class Scratch(NamedTuple):
    """Arrays that one thread at a time may use; every kernel leaves them zero again.

    Attributes:
        likeness: float32[sessions], how alike a stored session is to the current one.
        anchor: int32[sessions], where the newest shared item stands in the stored session.
        touched_sessions: int32[sessions], sessions whose likeness is not zero.
        evidence: float32[items, COLUMNS], what speaks for each item.
        is_touched: bool[items], whether the item is listed in `touched_items`.
        touched_items: int32[items], items that have some evidence.
    """

    likeness: NDArray[np.float32]
    anchor: NDArray[np.int32]
    touched_sessions: NDArray[np.int32]
    evidence: NDArray[np.float32]
    is_touched: NDArray[np.bool_]
    touched_items: NDArray[np.int32]


def new_scratch(session_count: int, item_count: int) -> Scratch:
    """Return clean working memory for this many sessions and items."""
    return Scratch(
        np.zeros(session_count, np.float32),
        np.zeros(session_count, np.int32),
        np.zeros(session_count, np.int32),
        np.zeros((item_count, COLUMNS), np.float32),
        np.zeros(item_count, np.bool_),
        np.zeros(item_count, np.int32),
    )
