"""Turns the evidence for each candidate item into the row of numbers that the ranker reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evidence import NEIGHBOURS, NEIGHBOURS_FLAT, RULE, RULE_NEXT, TOGETHER
from tailorbird.predict.item_facts import ItemFacts
from tailorbird.predict.kernel import kernel
from tailorbird.predict.neighbours import touch
from tailorbird.predict.scratch import Scratch
from tailorbird.predict.sessions import Codes

VOTES = 9
NAMES = (
    "neighbours", "neighbours_flat", "neighbours_after", "rule", "rule_next", "rule_back",
    "rule_ageless", "earlier_rule", "older_rule", "cosine", "rare_neighbours",
    "popular", "trending", "returning", "is_current", "is_seen", "steps_back", "times_seen",
    "length", "support", "current_returning",
)  # fmt: skip
WIDTH = len(NAMES)
FLOOR = np.float32(1e-4)


@kernel
def shortlist(count: int, width: int, scratch: Scratch) -> Codes:
    """Return the touched items with most evidence, at most `width` of them, by a plain sum."""
    evidence, items = scratch.evidence, scratch.touched_items
    used = (NEIGHBOURS, NEIGHBOURS_FLAT, RULE, RULE_NEXT)
    total = np.full(len(used), np.float32(1e-9))
    for rank in range(count):
        for slot in range(len(used)):
            total[slot] += evidence[items[rank], used[slot]]
    if count <= width:
        return items[:count].copy()
    merit = np.empty(count, np.float32)
    for rank in range(count):
        merit[rank] = 0.0
        for slot in range(len(used)):
            merit[rank] += evidence[items[rank], used[slot]] / total[slot]
    floor = np.partition(merit, count - width)[count - width]
    chosen = np.empty(width, np.int32)
    kept = 0
    for rank in range(count):
        if merit[rank] >= floor and kept < width:
            chosen[kept] = items[rank]
            kept += 1
    return chosen[:kept]


@kernel
def describe(
    chosen: Codes, count: int, query: Codes, facts: ItemFacts, rarity: float, scratch: Scratch
) -> NDArray[np.float32]:
    """Return float32[candidates, WIDTH], one row of features a candidate.

    Args:
        chosen: The candidates.
        count: Touched items, over which votes are normalised.
        query: int32[L], the current session.
        facts: Of the items.
        rarity: Weight of idf in the first feature's twin.
        scratch: Holds the evidence.
    """
    evidence = scratch.evidence
    total = np.full(VOTES, np.float32(1e-9))
    for rank in range(count):
        for vote in range(VOTES):
            total[vote] += evidence[scratch.touched_items[rank], vote]
    rows = np.zeros((len(chosen), WIDTH), np.float32)
    last = query[len(query) - 1]
    length = np.log(np.float32(len(query)))
    support = np.log1p(total[6])
    for rank in range(len(chosen)):
        item = chosen[rank]
        row = rows[rank]
        for vote in range(VOTES):
            row[vote] = np.log(FLOOR + evidence[item, vote] / total[vote]) * np.float32(0.2)
        together = evidence[item, TOGETHER] * np.exp(np.float32(-0.5) * facts.popular[item])
        row[9] = np.log(np.float32(1e-2) + together) * np.float32(0.3)
        row[10] = row[0] + np.float32(0.2) * np.log(1.0 + rarity * facts.rare[item])
        row[11] = facts.popular[item] * np.float32(0.2)
        row[12] = facts.trending[item] * np.float32(0.2)
        row[13] = facts.returning[item]
        row[14] = item == last
        row[18] = length
        row[19] = support * np.float32(0.2)
        row[20] = facts.returning[last]
        for back in range(min(len(query), 64)):
            if query[len(query) - 1 - back] == item:
                if row[17] == 0.0:
                    row[15] = item != last
                    row[16] = np.log1p(np.float32(back)) * np.float32(0.5)
                row[17] += np.float32(0.3)
    return rows


@kernel
def touch_own(query: Codes, count: int, scratch: Scratch) -> int:
    """List the session's own items as candidates, so that repeats can always be offered."""
    for item in query:
        count = touch(item, count, scratch)
    return count
