"""Which items may stand in a placement at all: where they are sold, of which kind, worth how much.

One predicate for every way in which an item can come onto a slate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Pool, Rows
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.kernel import kernel
from tailorbird.predict.ranked import holds
from tailorbird.predict.sessions import Codes

NO_CODES: Codes = np.zeros(0, np.int32)
EVERYWHERE = np.uint64(0)


class Fit(NamedTuple):
    """What an item must be.

    Attributes:
        asked: whether anything is asked at all.
        market: the bit of the market where it must be sold; 0 for any.
        least_stock: pieces that must be on hand.
        least_margin: of the price; an item whose margin is unknown passes.
        apart: int32[], narrow categories that it must not be of.
        inside: int32[], facets of which it must have one; empty for any.
        outside: int32[], facets of which it must have none.
    """

    asked: bool = False
    market: np.uint64 = EVERYWHERE
    least_stock: float = -np.inf
    least_margin: float = -np.inf
    apart: Codes = NO_CODES
    inside: Codes = NO_CODES
    outside: Codes = NO_CODES


ANYTHING = Fit()


class Terms(NamedTuple):
    """What `Fit` reads of the item table beside `Rows`."""

    markets: NDArray[np.uint64]
    stock: NDArray[np.float32]
    margin: NDArray[np.float32]


@kernel
def fits(code: int, fit: Fit, rows: Rows, terms: Terms) -> bool:
    """Return whether an item may stand in a placement."""
    sold = terms.markets[code]
    if fit.market and sold and not sold & fit.market:
        return False
    if terms.stock[code] < fit.least_stock or terms.margin[code] < fit.least_margin:
        return False
    leaf = rows.leaf[code]
    if leaf >= 0 and holds(fit.apart, leaf):
        return False
    if len(fit.inside) and not _has_any(rows.facet_codes, code, fit.inside):
        return False
    return not (len(fit.outside) and _has_any(rows.facet_codes, code, fit.outside))


@kernel
def fitting(codes: Codes, fit: Fit, rows: Rows, terms: Terms) -> Codes:
    """Return the items that fit, in order."""
    kept = np.empty(len(codes), np.int32)
    count = 0
    for code in codes:
        if fits(code, fit, rows, terms):
            kept[count] = code
            count += 1
    return kept[:count]


@kernel
def thinned(pool: Pool, fit: Fit, rows: Rows, terms: Terms) -> Pool:
    """Return the candidates that fit, moved together in the memory of the pool."""
    if not fit.asked:
        return pool
    count = 0
    for place in range(len(pool.codes)):
        if fits(pool.codes[place], fit, rows, terms):
            pool.codes[count] = pool.codes[place]
            pool.weights[count] = pool.weights[place]
            pool.sources[count] = pool.sources[place]
            count += 1
    return Pool(pool.codes[:count], pool.weights[:count], pool.sources[:count])


@kernel
def _has_any(facet_codes: Codes, code: int, wanted: Codes) -> bool:
    for column in range(FACETS_AN_ITEM):
        facet = facet_codes[code, column]
        if facet < 0:
            break
        if holds(wanted, facet):
            return True
    return False
