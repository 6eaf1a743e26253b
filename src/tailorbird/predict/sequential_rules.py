"""Simple rules over pairs of items: what follows the current item, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tailorbird.predict.evidence import RULE_AGELESS, TOGETHER, follow, wipe
from tailorbird.predict.neighbors import Shelf
from tailorbird.predict.ranked import Ranked, best_of
from tailorbird.predict.scratch import Scratch, new_scratch
from tailorbird.predict.session_index import index_sessions
from tailorbird.predict.sessions import Codes, Sessions

EVERY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class PairRules:
    """Rules from the current item alone; for one thread at a time.

    Attributes:
        shelf: The sessions that the rules are read from.
        column: Which evidence scores.
        divisor: float32[items], what the evidence is divided by.
        scratch: Working memory.
    """

    shelf: Shelf
    column: int
    divisor: np.ndarray[tuple[int], np.dtype[np.float32]]
    scratch: Scratch

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return at most k items that the current item points to."""
        if len(codes) == 0 or not 0 <= codes[-1] < len(self.divisor):
            return Ranked(np.zeros(0, np.int32), np.zeros(0, np.float32))
        count, _ = follow(self.shelf, int(codes[-1]), (0, EVERY), 1.0, 0, self.scratch)
        found = self.scratch.touched_items[:count].copy()
        scores = self.scratch.evidence[found, self.column] / self.divisor[found]
        wipe(count, self.scratch)
        kept = scores > 0.0
        return best_of(found[kept], scores[kept], k)


def sequential_rules(sessions: Sessions) -> PairRules:
    """Return rules that weigh a follower by one over its distance (Kamehkhosh et al., 2017)."""
    shelf, items = _shelf(sessions)
    return PairRules(shelf, RULE_AGELESS, np.ones(items, np.float32), new_scratch(0, items))


def item_knn(sessions: Sessions) -> PairRules:
    """Return the items most often in the same session, by cosine (Linden et al., 2003)."""
    shelf, items = _shelf(sessions)
    touches = np.bincount(sessions.items, minlength=items)
    divisor = np.sqrt(np.maximum(touches, 1)).astype(np.float32)
    return PairRules(shelf, TOGETHER, divisor, new_scratch(0, items))


def _shelf(sessions: Sessions) -> tuple[Shelf, int]:
    items = sessions.item_count
    fresh = np.ones(len(sessions), np.float32)
    return Shelf(index_sessions(sessions, items), fresh, 0), items
