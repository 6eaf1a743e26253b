"""Blending: candidates of many sources become one ranked list, filtered and capped, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    """The slate: int32[k] codes best first, float32[k] scores, int8[k] the source that said most,
    and int32[k] the facet that matched the person's leaning best (-1: none).
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
    scores = np.empty(count, np.float32)
    matches = np.empty(count, np.int32)
    for place in range(count):
        code = seen[place]
        pull = np.float32(0.0)
        strongest = np.float32(0.0)
        matches[place] = -1
        for column in range(FACETS_AN_ITEM):
            facet = facet_codes[code, column]
            if facet < 0:
                break
            lean = scratch.leaning[facet]
            pull += lean
            if lean > strongest:
                strongest = lean
                matches[place] = facet
        scores[place] = scratch.total[code] * (1.0 + limits.lean * min(pull, np.float32(1.0)))
    chosen = _capped(np.argsort(-scores), seen, leaf, brand, limits, scratch.taken)
    taken = len(chosen)
    codes = np.empty(taken, np.int32)
    sources = np.empty(taken, np.int8)
    for place in range(taken):
        codes[place] = seen[chosen[place]]
        sources[place] = scratch.best_source[codes[place]]
    _clean(seen, count, banned, leaned[0], leaf, brand, scratch)
    return Blended(codes, scores[chosen], sources, matches[chosen])


@kernel
def _capped(
    order: NDArray[np.int64],
    seen: NDArray[np.int32],
    leaf: NDArray[np.int32],
    brand: NDArray[np.int32],
    limits: Limits,
    count: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Take from the top under the caps; where that leaves places free, fill them regardless."""
    most = min(limits.most, len(order))
    chosen = np.empty(most, np.int32)
    passed = np.empty(len(order), np.int32)
    taken, over = 0, 0
    for place in order:
        if taken == most:
            break
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
    count: int,
    banned: NDArray[np.int32],
    facets: NDArray[np.int32],
    leaf: NDArray[np.int32],
    brand: NDArray[np.int32],
    scratch: BlendScratch,
) -> None:
    for place in range(count):
        code = seen[place]
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
