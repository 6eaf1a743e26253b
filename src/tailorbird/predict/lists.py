"""Candidate lists with known answers, from which the ranker learns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.sessions import offsets_of


class Lists(NamedTuple):
    """Candidates of many questions, one after the other.

    Attributes:
        rows: float32[n, f], features.
        offsets: int64[q+1], where each question's candidates begin.
        target: int64[q], row of the item that came next, -1 where it is no candidate.
    """

    rows: NDArray[np.float32]
    offsets: NDArray[np.int64]
    target: NDArray[np.int64]

    def take(self, chosen: NDArray[np.int64]) -> Lists:
        """Return the chosen questions."""
        lengths = np.diff(self.offsets)[chosen]
        offsets = offsets_of(lengths)
        shift = self.offsets[chosen] - offsets[:-1]
        rows = self.rows[np.arange(offsets[-1]) + np.repeat(shift, lengths)]
        target = self.target[chosen]
        return Lists(rows, offsets, np.where(target < 0, -1, target - shift))

    def ranks(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return float64[q], candidates that score above the answer; infinite without one.

        Args:
            scores: float32[n], one a row.
        """
        own = scores[np.maximum(self.target, 0)]
        above = scores > np.repeat(own, np.diff(self.offsets))
        counts = np.add.reduceat(above, self.offsets[:-1]) if len(own) else np.zeros(0)
        return np.where(self.target < 0, np.inf, counts)


def ndcg(ranks: NDArray[np.float64], k: int = 20) -> float:
    """Return the mean normalized discounted cumulative gain of single answers, in [0, 1].

    Args:
        ranks: float64[q], how many items stand before the answer.
        k: Length of the list that counts.
    """
    gain = np.where(ranks < k, 1.0 / np.log2(ranks + 2.0), 0.0)
    return float(gain.mean()) if len(gain) else 0.0
