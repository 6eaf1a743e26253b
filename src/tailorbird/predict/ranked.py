"""The answer of every recommender: item codes with scores, best first."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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


def topped_up(ranked: Ranked, spare: Codes, k: int) -> Ranked:
    """Return the answer filled up to k with spare items, which score below all others.

    Args:
        ranked: The answer so far.
        spare: int32[], items to add, best first.
        k: How many are wanted.
    """
    missing = k - len(ranked.codes)
    if missing <= 0:
        return ranked
    added = spare[: k + len(ranked.codes)]
    added = added[~np.isin(added, ranked.codes)][:missing]
    floor = float(ranked.scores[-1]) if len(ranked.scores) else 0.0
    scores = floor - 1.0 - np.arange(len(added), dtype=np.float32)
    return Ranked(
        np.concatenate([ranked.codes, added]),
        np.concatenate([ranked.scores, scores.astype(np.float32)]),
    )
