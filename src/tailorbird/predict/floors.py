"""The two simplest recommenders, which every other must beat: bestsellers, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tailorbird.predict.neighbors import LONGEST, distinct_newest_first
from tailorbird.predict.ranked import Ranked, best_of
from tailorbird.predict.sessions import Codes, Sessions


@dataclass(frozen=True, slots=True)
class Bestsellers:
    """The most touched items, whatever the session."""

    ranked: Ranked

    @staticmethod
    def of(sessions: Sessions, most: int = 1000) -> Bestsellers:
        """Count touches and keep the most touched items."""
        touches = np.bincount(sessions.items).astype(np.float32)
        return Bestsellers(best_of(np.arange(len(touches), dtype=np.int32), touches, most))

    def recommend(self, codes: Codes, k: int) -> Ranked:  # noqa: ARG002 - the same for everybody
        """Return the k most touched items."""
        return Ranked(self.ranked.codes[:k], self.ranked.scores[:k])


@dataclass(frozen=True, slots=True)
class OwnItems:
    """The items of the session itself, newest first."""

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return the session's own distinct items, newest first."""
        items, _ = distinct_newest_first(np.asarray(codes, np.int32), LONGEST)
        return Ranked(items[:k], -np.arange(len(items[:k]), dtype=np.float32))
