"""Blending: candidates of many sources become one ranked list, filtered and capped, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.heap import heaped, sink
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.kernel import kernel

BANNED = -1


class Pool(NamedTuple):
    """Candidates of all sources in one row.

    Attributes:
        codes: int32[n], item codes; the same item may come from several sources.
        weights: float32[n], the source's weight times its score between 0 and 1.
        sources: int8[n], which source said so.
    """

    codes: NDArray[np.int32]
    weights: NDArray[np.float32]
    sources: NDArray[np.int8]


class Limits(NamedTuple):
    """What a slate must keep to.

    Attributes:
        most: items wanted.
        per_brand: most items of one brand; 0 for no limit.
        per_leaf: most items of one narrow category; 0 for no limit.
        lean: how much a full match with what the person leans to adds to a score, as a share.
        per_vendor: most items of one vendor; 0 for no limit.
        relevance: what the most relevant item scores where `worth` is added to it.
    """

    most: int
    per_brand: int
    per_leaf: int
    lean: float
    per_vendor: int = 0
    relevance: float = 1.0


class Rows(NamedTuple):
    """What blending reads of the item table.

    Attributes:
        available: uint8[items].
        facet_codes: int32[items, 12].
        leaf, brand, vendor: int32[items], by which caps count.
        worth: float32[items], what is added to relevance; empty where nothing is.
    """

    available: NDArray[np.uint8]
    facet_codes: NDArray[np.int32]
    leaf: NDArray[np.int32]
    brand: NDArray[np.int32]
    vendor: NDArray[np.int32]
    worth: NDArray[np.float32]


class Leaned(NamedTuple):
    """What a person leans to.

    Attributes:
        facets: int32[n], facet codes, strongest first.
        pulls: float32[n], how strongly each pulls, 0 to 1.
    """

    facets: NDArray[np.int32]
    pulls: NDArray[np.float32]


NO_LEANING = Leaned(np.zeros(0, np.int32), np.zeros(0, np.float32))


class BlendScratch(NamedTuple):
    """Working memory over items and facets; clean (zero) between calls.

    Attributes:
        place: int32[items], one more than where an item stands among those seen; `BANNED` for one
            that must not be shown.
        leaning: float32[facets], how much each pulls.
        taken: int32[facets], how many places each has.
        of_vendor: int32[vendors], how many places each has.
    """

    place: NDArray[np.int32]
    leaning: NDArray[np.float32]
    taken: NDArray[np.int32]
    of_vendor: NDArray[np.int32]


class Seen(NamedTuple):
    """The different items of a pool, in the order in which they were met.

    Attributes:
        codes: int32[n], item codes.
        totals: float32[n], the sum of what all sources give.
        sources: int8[n], the source that said most.
    """

    codes: NDArray[np.int32]
    totals: NDArray[np.float32]
    sources: NDArray[np.int8]


class Blended(NamedTuple):
    """The slate, best first.

    Attributes:
        codes: int32[k], item codes.
        scores: float32[k].
        sources: int8[k], the source that said most for each.
        facets: int32[k], the facet that matched the person's leaning best, -1 for none.
    """

    codes: NDArray[np.int32]
    scores: NDArray[np.float32]
    sources: NDArray[np.int8]
    facets: NDArray[np.int32]


def blend_scratch(items: int, facets: int, vendors: int = 1) -> BlendScratch:
    """Return clean working memory for so many items, facets and vendors."""
    return BlendScratch(
        np.zeros(items, np.int32),
        np.zeros(facets, np.float32),
        np.zeros(facets, np.int32),
        np.zeros(vendors, np.int32),
    )


@kernel
def blend(
    pool: Pool,
    banned: NDArray[np.int32],
    leaned: Leaned,
    rows: Rows,
    limits: Limits,
    scratch: BlendScratch,
) -> Blended:
    """Sum the sources' weights an item, lift what the person leans to, and take the best.

    Where items have a worth, scores are scaled to end at `limits.relevance`, and the worth is
    added.

    Args:
        pool: the candidates.
        banned: int32[], items that must not be shown here.
        leaned: what the person leans to.
        rows: of the item table.
        limits: size and caps of the slate.
        scratch: working memory, left clean.
    """
    for code in banned:
        scratch.place[code] = BANNED
    for place in range(len(leaned.facets)):
        scratch.leaning[leaned.facets[place]] = leaned.pulls[place]
    seen = _gathered(pool, rows.available, scratch.place)
    scores, matches = _lifted(seen, rows.facet_codes, limits.lean, scratch.leaning)
    if len(rows.worth):
        _valued(scores, seen.codes, rows.worth, limits.relevance)
    chosen = _capped(scores, seen.codes, rows, limits, scratch)
    codes = seen.codes[chosen]
    for code in seen.codes:
        scratch.place[code] = 0
    for code in banned:
        scratch.place[code] = 0
    for facet in leaned.facets:
        scratch.leaning[facet] = 0.0
    return Blended(codes, scores[chosen], seen.sources[chosen], matches[chosen])


@kernel
def _valued(
    scores: NDArray[np.float32],
    seen: NDArray[np.int32],
    worth: NDArray[np.float32],
    relevance: float,
) -> None:
    """Scale the scores to end at `relevance`, and add what each item is worth."""
    top = np.float32(1e-20)
    for score in scores:
        top = max(top, score)
    for place in range(len(scores)):
        scores[place] = scores[place] / top * relevance
        if seen[place] < len(worth):
            scores[place] += worth[seen[place]]


@kernel
def _gathered(pool: Pool, available: NDArray[np.uint8], places: NDArray[np.int32]) -> Seen:
    """Sum the weights an item; return the different items that may be shown.

    What is summed stands side by side, and not by item: a shop's items do not fit into the memory
    that a processor has near.
    """
    seen = np.empty(len(pool.codes), np.int32)
    totals = np.zeros(len(pool.codes), np.float32)
    sources = np.empty(len(pool.codes), np.int8)
    most = np.zeros(len(pool.codes), np.float32)
    count = 0
    for at in range(len(pool.codes)):
        code = pool.codes[at]
        place = places[code] - 1
        if place == BANNED - 1 or not available[code]:
            continue
        if place < 0:
            place = count
            seen[place] = code
            count += 1
            places[code] = count
        # A weight of zero must not be lifted to the top of its like; the smallest number is.
        weight = max(pool.weights[at], np.float32(1e-12))
        totals[place] += weight
        if weight > most[place]:
            most[place] = weight
            sources[place] = pool.sources[at]
    return Seen(seen[:count], totals[:count], sources[:count])


@kernel
def _lifted(
    seen: Seen,
    facet_codes: NDArray[np.int32],
    lean: float,
    leaning: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return each item's score, lifted by what the person leans to, and its best matching facet."""
    scores = np.empty(len(seen.codes), np.float32)
    matches = np.full(len(seen.codes), -1, np.int32)
    for place in range(len(seen.codes)):
        code = seen.codes[place]
        pull = np.float32(0.0)
        strongest = np.float32(0.0)
        for column in range(FACETS_AN_ITEM):
            facet = facet_codes[code, column]
            if facet < 0:
                break
            pull += leaning[facet]
            if leaning[facet] > strongest:
                strongest = leaning[facet]
                matches[place] = facet
        scores[place] = seen.totals[place] * (1.0 + lean * min(pull, np.float32(1.0)))
    return scores, matches


@kernel
def _capped(
    scores: NDArray[np.float32],
    seen: NDArray[np.int32],
    rows: Rows,
    limits: Limits,
    scratch: BlendScratch,
) -> NDArray[np.int32]:
    """Take from the top under the caps; where that leaves places free, fill them regardless."""
    heap = heaped(scores)
    most = min(limits.most, len(heap))
    chosen = np.empty(most, np.int32)
    passed = np.empty(len(heap), np.int32)
    taken, over = 0, 0
    for left in range(len(heap), 0, -1):
        if taken == most:
            break
        place = heap[0]
        heap[0] = heap[left - 1]
        sink(heap, scores, 0, left - 1)
        code = seen[place]
        full = (
            _full(scratch.taken, rows.brand[code], limits.per_brand)
            or _full(scratch.taken, rows.leaf[code], limits.per_leaf)
            or _full(scratch.of_vendor, rows.vendor[code], limits.per_vendor)
        )
        if full:
            passed[over] = place
            over += 1
            continue
        _count(scratch.taken, rows.brand[code])
        _count(scratch.taken, rows.leaf[code])
        _count(scratch.of_vendor, rows.vendor[code])
        chosen[taken] = place
        taken += 1
    for place in chosen[:taken]:
        _forget(scratch.taken, rows.brand[seen[place]])
        _forget(scratch.taken, rows.leaf[seen[place]])
        _forget(scratch.of_vendor, rows.vendor[seen[place]])
    for place in passed[: min(over, most - taken)]:
        chosen[taken] = place
        taken += 1
    return chosen[:taken]


@kernel
def _full(count: NDArray[np.int32], group: int, limit: int) -> bool:
    return limit > 0 and group >= 0 and count[group] >= limit


@kernel
def _count(count: NDArray[np.int32], group: int) -> None:
    if group >= 0:
        count[group] += 1


@kernel
def _forget(count: NDArray[np.int32], group: int) -> None:
    if group >= 0:
        count[group] = 0
