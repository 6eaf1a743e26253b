"""What an item must be to stand in a placement at this moment, as codes."""

from __future__ import annotations

import numpy as np

from tailorbird.decide.moment import NO_CODES, Moment
from tailorbird.decide.placements import Placement
from tailorbird.predict.eligible import ANYTHING, EVERYWHERE, Fit
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.sessions import Codes

_UNHEARD_OF = np.full(1, -2, np.int32)  # the code of a category that no item has


def fit_of(placement: Placement, moment: Moment, table: ItemTable) -> Fit:
    """Return what the market, the placement's categories and the merchant's floors ask."""
    filters, business = placement.filters, placement.business
    market = moment.context.market or moment.context.country
    held = bool(filters.market and market and table.market_bits)
    floors = business.min_stock > 0 or business.margin_floor is not None
    apart = filters.same_category and len(moment.anchors)
    if not (held or floors or apart or filters.categories or filters.not_categories):
        return ANYTHING
    return Fit(
        asked=True,
        market=table.market_bit(market) if held and market else EVERYWHERE,
        least_stock=float(business.min_stock) if floors else -np.inf,
        least_margin=-np.inf if business.margin_floor is None else float(business.margin_floor),
        apart=table.leaf[moment.anchors] if apart else NO_CODES,
        inside=_facets(filters.categories, table) if filters.categories else NO_CODES,
        outside=_facets(filters.not_categories, table) if filters.not_categories else NO_CODES,
    )


def _facets(categories: tuple[str, ...], table: ItemTable) -> Codes:
    found = table.facets.encode([f"category:{name}" for name in categories])
    return found if len(found) else _UNHEARD_OF
