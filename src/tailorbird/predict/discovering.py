"""Discovery: items from outside what a person leans to, drawn with equal chances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import BANNED, BlendScratch, Leaned, Rows
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes

CLEAR_PULL = 0.2
"""A leaning that pulls no more than this keeps nothing out."""


@kernel
def outside(
    pool_and_seed: tuple[Codes, int],
    kept_out: tuple[Codes, Codes],
    leaned: Leaned,
    rows: Rows,
    wanted_and_scratch: tuple[int, BlendScratch],
) -> tuple[Codes, float]:
    """Draw items that have no facet to which the person clearly leans, each as likely as the other.

    Args:
        pool_and_seed: int32[n], different items to draw from; and luck.
        kept_out: int32[] twice, items that are shown already, and that must not be shown.
        leaned: what the person leans to.
        rows: of the item table.
        wanted_and_scratch: at most so many; and working memory, left clean.

    Returns:
        The items, and the chance that each had.
    """
    pool, seed = pool_and_seed
    wanted, scratch = wanted_and_scratch
    _mark(kept_out, BANNED, scratch)
    for place in range(len(leaned.facets)):
        scratch.leaning[leaned.facets[place]] = leaned.pulls[place] > CLEAR_PULL
    fit = _fitting(pool, rows, scratch)
    _mark(kept_out, 0, scratch)
    for facet in leaned.facets:
        scratch.leaning[facet] = 0.0
    drawn = min(wanted, len(fit))
    for place in range(drawn):
        other = place + below(len(fit) - place, seed, place)
        fit[place], fit[other] = fit[other], fit[place]
    return fit[:drawn], drawn / max(len(fit), 1)


@kernel
def below(bound: int, seed: int, number: int) -> int:
    """Return a whole number from 0 to below `bound`: the so-manieth draw under a seed.

    Luck is splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
    """
    state = np.uint64(seed) + np.uint64(number + 1) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return int(mixed % np.uint64(bound))


@kernel
def _mark(parts: tuple[Codes, Codes], mark: int, scratch: BlendScratch) -> None:
    for part in parts:
        for code in part:
            scratch.place[code] = mark


@kernel
def _fitting(pool: Codes, rows: Rows, scratch: BlendScratch) -> Codes:
    """Return the items that are for sale, are not kept out, and have no marked facet."""
    fit = np.empty(len(pool), np.int32)
    count = 0
    for code in pool:
        if (
            rows.available[code]
            and scratch.place[code] == 0
            and not _leans(rows.facet_codes, code, scratch)
        ):
            fit[count] = code
            count += 1
    return fit[:count]


@kernel
def _leans(facet_codes: NDArray[np.int32], code: int, scratch: BlendScratch) -> bool:
    found = False
    for column in range(FACETS_AN_ITEM):
        facet = facet_codes[code, column]
        found = found or (facet >= 0 and scratch.leaning[facet] > 0.0)
    return found
