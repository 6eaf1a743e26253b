"""Turns the evidence for each candidate item into the row of numbers that the ranker reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.encoder import Encoder, alike, encode
from tailorbird.predict.evidence import (
    KINSHIP,
    NEIGHBORS,
    NEIGHBORS_FLAT,
    OWN,
    RULE,
    RULE_NEXT,
    TOGETHER,
    Settings,
    gather,
    wipe,
)
from tailorbird.predict.heap import kth_best
from tailorbird.predict.item_facts import ItemFacts
from tailorbird.predict.kernel import kernel
from tailorbird.predict.neighbors import Shelf, distinct_newest_first, touch
from tailorbird.predict.scratch import Scratch
from tailorbird.predict.sessions import Codes

VOTES = 9
NAMES = (
    "neighbors", "neighbors_flat", "neighbors_after", "rule", "rule_next", "rule_back",
    "rule_ageless", "earlier_rule", "older_rule", "cosine", "rare_neighbors",
    "popular", "trending", "returning", "is_current", "is_seen", "steps_back", "times_seen",
    "length", "support", "current_returning", "likeness", "current_likeness", "likeness_share",
)  # fmt: skip
WIDTH = len(NAMES)
FLOOR = np.float32(1e-4)
KIN_ASKED = 3


@kernel
def candidates(
    base: Shelf,
    recent: Shelf,
    query: Codes,
    chosen_for_shop: tuple[Settings, int, int],
    knowledge: tuple[ItemFacts, Encoder],
    scratch: Scratch,
) -> tuple[Codes, NDArray[np.float32]]:
    """Return the candidates for one session and a row of features for each.

    Args:
        base: The fitted sessions.
        recent: Sessions since.
        query: int32[L], at least one known item, oldest to newest.
        chosen_for_shop: Settings, how many candidates by evidence, how many by kinship.
        knowledge: Item facts and the encoder.
        scratch: Clean working memory, left clean.

    Returns:
        int32[c] and float32[c, WIDTH].
    """
    settings, width, kin_width = chosen_for_shop
    facts, encoder = knowledge
    place = encode(encoder, query)
    count = gather(base, recent, query, settings, scratch)
    count = touch_own(query, count, scratch)
    count = touch_kin(query, encoder, place, count, scratch)
    total = totals(count, scratch)
    chosen = shortlist(count, (width, kin_width), total, scratch)
    rows = describe(chosen, query, settings.rarity, facts, (total, scratch))
    liken(rows, chosen, query, encoder, place)
    wipe(count, scratch)
    return chosen, rows


@kernel
def touch_own(query: Codes, count: int, scratch: Scratch) -> int:
    """List the session's own items as candidates, so that repeats can always be offered."""
    for item in query:
        count = touch(item, count, scratch)
        scratch.evidence[item, OWN] = 1.0
    return count


@kernel
def touch_kin(
    query: Codes, encoder: Encoder, place: NDArray[np.float32], count: int, scratch: Scratch
) -> int:
    """List the kin of the newest items as candidates, with their likeness to the session."""
    items, _ = distinct_newest_first(query, 8)
    for rank in range(min(len(items), KIN_ASKED)):
        if items[rank] >= len(encoder.kin):
            continue
        kin = encoder.kin[items[rank]]
        for slot in range(len(kin) // (1 + rank)):
            item = kin[slot]
            if item < 0:
                break
            count = touch(item, count, scratch)
            scratch.evidence[item, KINSHIP] = np.float32(2.0) + alike(encoder, place, item)
    return count


@kernel
def totals(count: int, scratch: Scratch) -> NDArray[np.float32]:
    """Return float32[VOTES], the sum of each kind of vote over all touched items."""
    total = np.full(VOTES, np.float32(1e-9))
    for rank in range(count):
        item = scratch.touched_items[rank]
        for vote in range(VOTES):
            total[vote] += scratch.evidence[item, vote]
    return total


@kernel
def shortlist(
    count: int, widths: tuple[int, int], total: NDArray[np.float32], scratch: Scratch
) -> Codes:
    """Return own items, the best by evidence and the best by kinship, so many of each."""
    evidence, items = scratch.evidence, scratch.touched_items
    merit = np.empty(count, np.float32)
    kinship = np.empty(count, np.float32)
    for rank in range(count):
        item = items[rank]
        kinship[rank] = evidence[item, KINSHIP]
        merit[rank] = (
            evidence[item, NEIGHBORS] / total[NEIGHBORS]
            + evidence[item, NEIGHBORS_FLAT] / total[NEIGHBORS_FLAT]
            + evidence[item, RULE] / total[RULE]
            + evidence[item, RULE_NEXT] / total[RULE_NEXT]
        )
    floor = floor_of(merit, widths[0])
    kin_floor = floor_of(kinship, widths[1])
    chosen = np.empty(count, np.int32)
    kept = 0
    for rank in range(count):
        own = evidence[items[rank], OWN] > 0.0
        if own or merit[rank] >= floor or kinship[rank] >= kin_floor:
            chosen[kept] = items[rank]
            kept += 1
    return chosen[:kept]


@kernel
def floor_of(values: NDArray[np.float32], width: int) -> float:
    """Return the value that the best `width` reach, at least a hair above zero."""
    if len(values) > width > 0:
        return max(1e-20, kth_best(values, width))
    return 1e-20


@kernel
def describe(
    chosen: Codes,
    query: Codes,
    rarity: float,
    facts: ItemFacts,
    found: tuple[NDArray[np.float32], Scratch],
) -> NDArray[np.float32]:
    """Return float32[candidates, WIDTH], one row of features a candidate.

    Args:
        chosen: The candidates.
        query: int32[L], the current session.
        rarity: Weight of idf in `rare_neighbors`.
        facts: Of the items.
        found: The sum of each kind of vote, by which votes are normalized, and the evidence.
    """
    total, scratch = found
    evidence = scratch.evidence
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
        look_back(row, item, query)
    return rows


@kernel
def look_back(row: NDArray[np.float32], item: int, query: Codes) -> None:
    """Fill in where the candidate stands in the current session."""
    last = len(query) - 1
    for back in range(len(query)):
        if query[last - back] == item:
            if row[17] == 0.0:
                row[15] = back > 0
                row[16] = np.log1p(np.float32(back)) * np.float32(0.5)
            row[17] += np.float32(0.3)


@kernel
def liken(
    rows: NDArray[np.float32],
    chosen: Codes,
    query: Codes,
    encoder: Encoder,
    place: NDArray[np.float32],
) -> None:
    """Fill in how near each candidate is to the session and to its current item."""
    last = query[len(query) - 1]
    if last >= len(encoder.vectors):
        last = 0
    most = np.float32(-1.0)
    for rank in range(len(chosen)):
        near = np.float32(alike(encoder, place, chosen[rank]))
        rows[rank, 21] = near * np.float32(4.0)
        most = max(most, near)
        if len(encoder.vectors):
            at = np.float32(alike(encoder, encoder.vectors[last], chosen[rank]))
            rows[rank, 22] = at * np.float32(3.0)
    total = np.float32(0.0)
    for rank in range(len(chosen)):
        share = np.exp((rows[rank, 21] * np.float32(0.25) - most) * np.float32(12.5))
        rows[rank, 23] = share
        total += share
    for rank in range(len(chosen)):
        share = rows[rank, 23] / total
        rows[rank, 23] = np.log(share + np.float32(1e-5)) * np.float32(0.3)
