"""The neighbor model on its own: sessions like the current one vote for what comes next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tailorbird.predict.evidence import NEIGHBORS, Settings, vote, wipe
from tailorbird.predict.item_facts import ItemFacts, facts_of, tally
from tailorbird.predict.neighbors import LONGEST, Shelf
from tailorbird.predict.ranked import Ranked, best_of
from tailorbird.predict.scratch import Scratch, new_scratch
from tailorbird.predict.session_index import freshness, index_sessions
from tailorbird.predict.sessions import Codes, Sessions


@dataclass(frozen=True, slots=True)
class SessionKnn:
    """Nearest sessions after VSTAN (Ludewig et al., 2021); for one thread at a time.

    Attributes:
        base: The fitted sessions.
        recent: Sessions since.
        settings: How to weigh.
        facts: Of the items.
        scratch: Working memory.
    """

    base: Shelf
    recent: Shelf
    settings: Settings
    facts: ItemFacts
    scratch: Scratch

    @staticmethod
    def over(sessions: Sessions, settings: Settings, recent: Sessions | None = None) -> SessionKnn:
        """Return the model over sessions and, in an index of their own, newer ones."""
        later = Sessions.none() if recent is None else recent
        items = max(sessions.item_count, later.item_count)
        latest_at = float(sessions.ended_at[-1]) if len(sessions) else 0.0
        every = len(sessions) + len(later)
        counts = [tally(part, items, settings.half_life, latest_at) for part in (sessions, later)]
        return SessionKnn(
            _shelf(sessions, items, settings, latest_at, 0),
            _shelf(later, items, settings, latest_at, len(sessions)),
            settings,
            facts_of(counts[0].plus(counts[1]), every),
            new_scratch(every, items),
        )

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return at most k items by the votes of the nearest sessions."""
        query = np.asarray(codes[-LONGEST:], dtype=np.int32)
        query = query[(query >= 0) & (query < len(self.facts.rare))]
        if len(query) == 0:
            return Ranked(query, np.zeros(0, np.float32))
        count = vote(self.base, self.recent, query, self.settings, self.scratch)
        found = self.scratch.touched_items[:count].copy()
        votes = self.scratch.evidence[found, NEIGHBORS]
        wipe(count, self.scratch)
        scores = votes * (1.0 + self.settings.rarity * self.facts.rare[found])
        return best_of(found, scores.astype(np.float32), k)


def _shelf(
    sessions: Sessions, items: int, settings: Settings, latest_at: float, first: int
) -> Shelf:
    index = index_sessions(sessions, items)
    return Shelf(index, freshness(index.ended_at, settings.half_life, latest_at), first)
