"""Finds the stored sessions most like the current one and lets them vote for items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.heap import kth_best
from tailorbird.predict.kernel import kernel
from tailorbird.predict.scratch import Scratch
from tailorbird.predict.session_index import SessionIndex
from tailorbird.predict.sessions import Codes

LONGEST = 64


class Shelf(NamedTuple):
    """An index with the freshness of its sessions and the number that its first session bears.

    Attributes:
        stored: The sessions.
        fresh: float32[n], weight of a session by its age.
        first: Number of the first session among all shelves.
    """

    stored: SessionIndex
    fresh: NDArray[np.float32]
    first: int


@kernel
def distinct_newest_first(query: Codes, longest: int) -> tuple[Codes, Codes]:
    """Return the distinct items of a session and how many steps ago each was last touched.

    Args:
        query: int32[L], oldest to newest.
        longest: How many of the newest entries count.
    """
    items = np.empty(min(len(query), longest), np.int32)
    steps = np.empty(min(len(query), longest), np.int32)
    count = 0
    for step in range(len(items)):
        item = query[len(query) - 1 - step]
        seen = False
        for other in range(count):
            seen = seen or items[other] == item
        if not seen:
            items[count] = item
            steps[count] = step
            count += 1
    return items[:count], steps[:count]


@kernel
def match_item(
    shelf: Shelf, item: int, weight: float, sample: int, count: int, scratch: Scratch
) -> tuple[int, int]:
    """Add one current item's weight to the newest stored sessions that hold it.

    Args:
        shelf: Where to look.
        item: The current item.
        weight: Its weight in the current session.
        sample: How many sessions may be looked at.
        count: Sessions touched so far.
        scratch: Working memory.

    Returns:
        The number of touched sessions and what is left of the sample.
    """
    index = shelf.stored
    if item >= len(index.item_offsets) - 1:
        return count, sample
    before = -1
    for at in range(index.item_offsets[item + 1] - 1, index.item_offsets[item] - 1, -1):
        entry = index.entries[at]
        session = index.session_of[entry]
        if session == before:
            continue
        if sample == 0:
            break
        before = session
        sample -= 1
        number = shelf.first + session
        if scratch.likeness[number] == 0.0:
            scratch.touched_sessions[count] = number
            scratch.anchor[number] = entry
            count += 1
        scratch.likeness[number] += weight
    return count, sample


@kernel
def nearest(
    base: Shelf, recent: Shelf, count: int, neighbors: int, scratch: Scratch
) -> tuple[Codes, NDArray[np.float32]]:
    """Return the most similar touched sessions and their weights, and wipe the likenesses.

    The weight is cosine-like (VSKNN, STAN): shared weight over the root of the stored
    session's length, times its freshness.
    """
    numbers = scratch.touched_sessions[:count].copy()
    weights = np.empty(count, np.float32)
    for rank in range(count):
        number = numbers[rank]
        if number < recent.first:
            offsets = base.stored.offsets
            local, fresh = number, base.fresh[number]
        else:
            offsets = recent.stored.offsets
            local = number - recent.first
            fresh = recent.fresh[local]
        length = offsets[local + 1] - offsets[local]
        weights[rank] = scratch.likeness[number] * fresh / np.sqrt(np.float32(length))
        scratch.likeness[number] = 0.0
    if count <= neighbors:
        return numbers, weights
    floor = kth_best(weights, neighbors)
    kept = 0
    for rank in range(count):
        if weights[rank] >= floor:
            numbers[kept] = numbers[rank]
            weights[kept] = weights[rank]
            kept += 1
    return numbers[:kept], weights[:kept]


@kernel
def touch(item: int, count: int, scratch: Scratch) -> int:
    """List the item among the touched ones; returns how many are listed now."""
    if scratch.is_touched[item]:
        return count
    scratch.is_touched[item] = True
    scratch.touched_items[count] = item
    return count + 1
