"""The answer of every recommender: item codes with scores, best first."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes


class Ranked(NamedTuple):
    """Items in order.

    Attributes:
        codes: int32[k], best first, no item twice.
        scores: float32[k], falling; comparable within one answer only.
    """

    codes: Codes
    scores: NDArray[np.float32]


class Recommender(Protocol):
    """Anything that answers what may come next in a session."""

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return at most k items for a session given oldest to newest."""
        ...


def best_of(codes: Codes, scores: NDArray[np.float32], k: int) -> Ranked:
    """Return the k best-scored items; equal scores keep the given order."""
    if len(codes) > k:
        keep = np.argpartition(-scores, k)[:k]
        keep.sort()
        codes, scores = codes[keep], scores[keep]
    order = np.argsort(-scores, kind="stable")
    return Ranked(codes[order], scores[order])


@kernel
def topped_up(ranked: Ranked, spare: Codes, k: int) -> Ranked:
    """Return the answer filled up to k with spare items, which score below all others.

    Args:
        ranked: The answer so far.
        spare: int32[], items to add, best first.
        k: How many are wanted.
    """
    known = len(ranked.codes)
    if known >= k:
        return ranked
    codes = np.empty(k, np.int32)
    scores = np.empty(k, np.float32)
    codes[:known] = ranked.codes
    scores[:known] = ranked.scores
    below = scores[known - 1] if known else np.float32(0.0)
    count = known
    for item in spare:
        if count == k:
            break
        if not holds(ranked.codes, item):
            codes[count] = item
            scores[count] = below - np.float32(1.0 + count - known)
            count += 1
    return Ranked(codes[:count], scores[:count])


@kernel
def holds(codes: Codes, wanted: int) -> bool:
    """Return whether a code is among some."""
    found = False
    for code in codes:
        found = found or code == wanted
    return found
