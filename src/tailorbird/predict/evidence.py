"""Collects what the stored sessions say for each item, given the current session."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.neighbors import (
    LONGEST,
    Shelf,
    distinct_newest_first,
    match_item,
    nearest,
    touch,
)
from tailorbird.predict.scratch import Scratch
from tailorbird.predict.sessions import Codes

NEIGHBORS, NEIGHBORS_FLAT, NEIGHBORS_AFTER = 0, 1, 2
RULE, RULE_NEXT, RULE_BACK, RULE_AGELESS = 3, 4, 5, 6
EARLIER_RULE, OLDER_RULE, TOGETHER = 7, 8, 9
KINSHIP, OWN = 10, 11

REACH = 12


class Settings(NamedTuple):
    """How neighbor sessions are found and how they vote; a named tuple for Numba's sake.

    Attributes:
        position_decay: Steps back after which a current item weighs 1/e (VSTAN's `spw`).
        anchor_decay: Places from the shared item after which a neighbor's item weighs 1/e.
        rarity: Weight of the inverse document frequency in an item's score (VSTAN's `idf`).
        half_life: Seconds in which a stored session loses half its weight.
        sample: Newest sessions looked at for each current item.
        neighbors: Sessions that vote.
    """

    position_decay: float = 1.5
    anchor_decay: float = 2.0
    rarity: float = 1.0
    half_life: float = 1e6
    sample: int = 2500
    neighbors: int = 700


@kernel
def gather(base: Shelf, recent: Shelf, query: Codes, settings: Settings, scratch: Scratch) -> int:
    """Fill `scratch.evidence` for one current session.

    Args:
        base: The fitted sessions.
        recent: Sessions appended since.
        query: int32[L], oldest to newest.
        settings: How to weigh.
        scratch: Clean working memory; `wipe` it after use.

    Returns:
        How many entries of `scratch.touched_items` are filled.
    """
    count = vote(base, recent, query, settings, scratch)
    items, steps = distinct_newest_first(query, LONGEST)
    for rank in range(min(len(items), 8)):
        sample = settings.sample if rank < 2 else settings.sample // 4
        weight = float(np.exp(-steps[rank] / settings.position_decay))
        count, left = follow(recent, items[rank], (rank, sample), weight, count, scratch)
        count, left = follow(base, items[rank], (rank, left), weight, count, scratch)
    return count


@kernel
def vote(base: Shelf, recent: Shelf, query: Codes, settings: Settings, scratch: Scratch) -> int:
    """Let the nearest sessions vote; fills the NEIGHBORS columns of the evidence.

    After Ludewig et al. (2021), VSTAN: recency of the session, position in the current
    session, and distance from the newest shared item in the neighbor.
    """
    items, steps = distinct_newest_first(query, LONGEST)
    touched = 0
    for rank in range(len(items)):
        weight = float(np.exp(-steps[rank] / settings.position_decay))
        left = settings.sample
        touched, left = match_item(recent, items[rank], weight, left, touched, scratch)
        touched, left = match_item(base, items[rank], weight, left, touched, scratch)
    numbers, weights = nearest(base, recent, touched, settings.neighbors, scratch)
    fade = np.exp(-np.arange(LONGEST) / settings.anchor_decay).astype(np.float32)
    count = 0
    for rank in range(len(numbers)):
        if numbers[rank] < recent.first:
            count = speak(base, numbers[rank], weights[rank], fade, count, scratch)
        else:
            count = speak(recent, numbers[rank], weights[rank], fade, count, scratch)
    return count


@kernel
def speak(
    shelf: Shelf,
    number: int,
    weight: float,
    fade: NDArray[np.float32],
    count: int,
    scratch: Scratch,
) -> int:
    """Let one neighbor session vote for its items; returns how many items are touched."""
    index = shelf.stored
    anchor = scratch.anchor[number]
    session = number - shelf.first
    for entry in range(index.offsets[session], index.offsets[session + 1]):
        item = index.items[entry]
        count = touch(item, count, scratch)
        near = weight * fade[min(abs(entry - anchor), LONGEST - 1)]
        scratch.evidence[item, NEIGHBORS] += near
        scratch.evidence[item, NEIGHBORS_FLAT] += weight
        if entry > anchor:
            scratch.evidence[item, NEIGHBORS_AFTER] += near
    return count


@kernel
def follow(
    shelf: Shelf,
    item: int,
    rank_and_sample: tuple[int, int],
    weight: float,
    count: int,
    scratch: Scratch,
) -> tuple[int, int]:
    """Add what stood near the item in the newest sessions that hold it (sequential rules).

    The weight of a rule is one over the distance (Kamehkhosh et al., 2017), times freshness.

    Args:
        shelf: Where to look.
        item: A current item.
        rank_and_sample: 0 for the current item, 1 for the one before …; occurrences to look at.
        weight: Of this item in the current session.
        count: Items touched so far.
        scratch: Working memory.

    Returns:
        The number of touched items and what is left of the sample.
    """
    index = shelf.stored
    rank, sample = rank_and_sample
    if item >= len(index.item_offsets) - 1:
        return count, sample
    for at in range(index.item_offsets[item + 1] - 1, index.item_offsets[item] - 1, -1):
        if sample == 0:
            break
        sample -= 1
        entry = index.entries[at]
        if rank == 0:
            count = look_around(shelf, entry, count, scratch)
        else:
            count = look_ahead(shelf, entry, rank, weight, count, scratch)
    return count, sample


@kernel
def look_around(shelf: Shelf, entry: int, count: int, scratch: Scratch) -> int:
    """Add what stood around one occurrence of the current item; returns items touched."""
    index, evidence = shelf.stored, scratch.evidence
    session = index.session_of[entry]
    fresh = shelf.fresh[session]
    one = np.float32(1.0)
    for other in range(entry + 1, min(index.offsets[session + 1], entry + REACH)):
        target = index.items[other]
        count = touch(target, count, scratch)
        near = one / np.float32(other - entry)
        evidence[target, RULE] += fresh * near
        evidence[target, RULE_AGELESS] += near
        evidence[target, TOGETHER] += one
        if other == entry + 1:
            evidence[target, RULE_NEXT] += fresh
    for other in range(entry - 1, max(index.offsets[session], entry - REACH) - 1, -1):
        target = index.items[other]
        count = touch(target, count, scratch)
        evidence[target, RULE_BACK] += fresh * (one / np.float32(entry - other))
        evidence[target, TOGETHER] += one
    return count


@kernel
def look_ahead(
    shelf: Shelf, entry: int, rank: int, weight: float, count: int, scratch: Scratch
) -> int:
    """Add what followed one occurrence of an earlier item; returns items touched."""
    index, evidence = shelf.stored, scratch.evidence
    session = index.session_of[entry]
    fresh = shelf.fresh[session]
    for other in range(entry + 1, min(index.offsets[session + 1], entry + REACH)):
        target = index.items[other]
        count = touch(target, count, scratch)
        near = fresh / np.float32(other - entry)
        if rank == 1:
            evidence[target, EARLIER_RULE] += near
        else:
            evidence[target, OLDER_RULE] += near * np.float32(weight)
    return count


@kernel
def wipe(count: int, scratch: Scratch) -> None:
    """Leave the working memory clean again."""
    for rank in range(count):
        item = scratch.touched_items[rank]
        scratch.is_touched[item] = False
        scratch.evidence[item, :] = 0.0
