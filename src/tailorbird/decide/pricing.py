"""Price fit for an account: what things cost by its own list, against what it usually buys.

Events carry the price that everybody sees, so an account's leanings to price bands are worked out
anew from what its person dealt with last, at the account's prices, and candidates are looked at in
the same way. Leanings to all else stay as they are.
"""

from __future__ import annotations

from math import exp2

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.moment import Moment
from tailorbird.predict.item_table import NO_FACET, ItemTable
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.price_lists import Bands, PriceFit
from tailorbird.profile.affinity import LONG_HALF_LIFE_MS
from tailorbird.profile.session import last_items
from tailorbird.profile.touches import TOUCHES_KEPT, TouchKind

_BOUGHT = 3.0
_PRICE = "price:"


def priced_moment(here: Moment, predictor: Predictor, price_list: str | None) -> Moment:
    """Return a moment whose leanings to prices are by a list; as it is where there is none."""
    if price_list is None or here.profile is None or not len(here.facets):
        return here
    table = predictor.table
    bands = predictor.price_lists.bands(price_list, table)
    if bands is None:
        return here
    names = table.facets.ids
    of_price = np.array([names[code].startswith(_PRICE) for code in here.facets.tolist()])
    if not of_price.any():
        return here
    strongest = float(here.pulls[of_price].max())
    fit = PriceFit(_pulls(here, predictor, bands) * np.float32(strongest), bands)
    return msgspec.structs.replace(
        here, facets=here.facets[~of_price], pulls=here.pulls[~of_price], price_fit=fit
    )


def _pulls(here: Moment, predictor: Predictor, bands: Bands) -> NDArray[np.float32]:
    """Return float32[facets + 1], the share of each price band in what somebody dealt with."""
    table = predictor.table
    none = len(table.facets)
    sums = np.zeros(none + 1, np.float32)
    touches = () if here.profile is None else last_items(here.profile, TOUCHES_KEPT)
    known = [one for one in touches if one.item in predictor.vocabulary.codes]
    if not known:
        return sums
    codes = predictor.codes(tuple(one.item for one in known))
    for one, code in zip(known, codes.tolist(), strict=True):
        facet = int(bands[code])
        facet = facet if facet >= 0 else _public(code, table)
        if facet >= 0:
            age = max(here.now_ms - one.at_ms, 0) / LONG_HALF_LIFE_MS
            sums[facet] += exp2(-age) * (_BOUGHT if one.kind is TouchKind.BUY else 1.0)
    top = float(sums.max())
    return sums / np.float32(top) if top > 0 else sums


def _public(code: int, table: ItemTable) -> int:
    """Return the facet of the price that everybody pays for an item; -1 where none is known."""
    names = table.facets.ids
    for facet in table.facet_codes[code].tolist():
        if facet >= 0 and names[facet].startswith(_PRICE):
            return int(facet)
    return NO_FACET
