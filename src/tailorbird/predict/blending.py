"""Blending: candidates of many sources become one ranked list, filtered and capped, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.heap import heaped, sink
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.kernel import kernel


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
    """

    most: int
    per_brand: int
    per_leaf: int
    lean: float


class BlendScratch(NamedTuple):
    """Working memory over items and facets; clean (zero) between calls."""

    total: NDArray[np.float32]
    best: NDArray[np.float32]
    best_source: NDArray[np.int8]
    banned: NDArray[np.uint8]
    leaning: NDArray[np.float32]
    taken: NDArray[np.int32]


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


def blend_scratch(items: int, facets: int) -> BlendScratch:
    """Return clean working memory for so many items and facets."""
    return BlendScratch(
        np.zeros(items, np.float32),
        np.zeros(items, np.float32),
        np.zeros(items, np.int8),
        np.zeros(items, np.uint8),
        np.zeros(facets, np.float32),
        np.zeros(facets, np.int32),
    )


@kernel
def blend(
    pool: Pool,
    banned: NDArray[np.int32],
    leaned: tuple[NDArray[np.int32], NDArray[np.float32]],
    rows: tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
    limits: Limits,
    scratch: BlendScratch,
) -> Blended:
    """Sum the sources' weights an item, lift what the person leans to, and take the best.

    Args:
        pool: the candidates.
        banned: int32[], items that must not be shown here.
        leaned: facet codes (int32[]) and how strongly each pulls, 0 to 1 (float32[]).
        rows: of the item table: available, facet_codes, leaf, brand.
        limits: size and caps of the slate.
        scratch: working memory, left clean.
    """
    available, facet_codes, leaf, brand = rows
    for code in banned:
        scratch.banned[code] = 1
    for place in range(len(leaned[0])):
        scratch.leaning[leaned[0][place]] = leaned[1][place]
    seen = _gathered(pool, available, scratch)
    scores, matches = _lifted(seen, facet_codes, limits.lean, scratch)
    chosen = _capped(scores, seen, (leaf, brand), limits, scratch.taken)
    codes = seen[chosen]
    sources = scratch.best_source[codes]
    _clean(seen, banned, leaned[0], (leaf, brand), scratch)
    return Blended(codes, scores[chosen], sources, matches[chosen])


@kernel
def _gathered(pool: Pool, available: NDArray[np.uint8], scratch: BlendScratch) -> NDArray[np.int32]:
    """Sum the weights an item into the scratch; return the different items that may be shown."""
    seen = np.empty(len(pool.codes), np.int32)
    count = 0
    for place in range(len(pool.codes)):
        code = pool.codes[place]
        if scratch.banned[code] or not available[code]:
            continue
        if scratch.total[code] == 0.0:
            seen[count] = code
            count += 1
        # A weight of zero would look like "not seen yet"; the smallest number does not.
        weight = max(pool.weights[place], np.float32(1e-12))
        scratch.total[code] += weight
        if weight > scratch.best[code]:
            scratch.best[code] = weight
            scratch.best_source[code] = pool.sources[place]
    return seen[:count]


@kernel
def _lifted(
    seen: NDArray[np.int32],
    facet_codes: NDArray[np.int32],
    lean: float,
    scratch: BlendScratch,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return each item's score, lifted by what the person leans to, and its best matching facet."""
    scores = np.empty(len(seen), np.float32)
    matches = np.full(len(seen), -1, np.int32)
    for place in range(len(seen)):
        code = seen[place]
        pull = np.float32(0.0)
        strongest = np.float32(0.0)
        for column in range(FACETS_AN_ITEM):
            facet = facet_codes[code, column]
            if facet < 0:
                break
            pull += scratch.leaning[facet]
            if scratch.leaning[facet] > strongest:
                strongest = scratch.leaning[facet]
                matches[place] = facet
        scores[place] = scratch.total[code] * (1.0 + lean * min(pull, np.float32(1.0)))
    return scores, matches


@kernel
def _capped(
    scores: NDArray[np.float32],
    seen: NDArray[np.int32],
    groups: tuple[NDArray[np.int32], NDArray[np.int32]],
    limits: Limits,
    count: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Take from the top under the caps; where that leaves places free, fill them regardless."""
    leaf, brand = groups
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
        of_brand, of_leaf = brand[seen[place]], leaf[seen[place]]
        full = (limits.per_brand and of_brand >= 0 and count[of_brand] >= limits.per_brand) or (
            limits.per_leaf and of_leaf >= 0 and count[of_leaf] >= limits.per_leaf
        )
        if full:
            passed[over] = place
            over += 1
            continue
        if of_brand >= 0:
            count[of_brand] += 1
        if of_leaf >= 0:
            count[of_leaf] += 1
        chosen[taken] = place
        taken += 1
    for place in passed[: min(over, most - taken)]:
        chosen[taken] = place
        taken += 1
    return chosen[:taken]


@kernel
def _clean(
    seen: NDArray[np.int32],
    banned: NDArray[np.int32],
    facets: NDArray[np.int32],
    groups: tuple[NDArray[np.int32], NDArray[np.int32]],
    scratch: BlendScratch,
) -> None:
    leaf, brand = groups
    for code in seen:
        scratch.total[code] = 0.0
        scratch.best[code] = 0.0
        if leaf[code] >= 0:
            scratch.taken[leaf[code]] = 0
        if brand[code] >= 0:
            scratch.taken[brand[code]] = 0
    for code in banned:
        scratch.banned[code] = 0
    for facet in facets:
        scratch.leaning[facet] = 0.0
