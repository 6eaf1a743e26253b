"""Re-ranking a list that the shop brings: all of it comes back, in this visitor's order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Placement, Source
from tailorbird.predict.blending import Leaned, Limits, Pool, blend
from tailorbird.predict.board import Ladder
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.trading import Stakes
from tailorbird.spine.ids import ItemId

_SHOP_ORDER = 0.5  # how much the shop's own order counts beside what the visitor seems to want


@dataclass(frozen=True, slots=True)
class RankedList:
    """The shop's candidates in order, each with the source that said most and the leaning matched.

    Unknown items keep their order behind the known ones; what is out of stock comes last.
    """

    items: list[ItemId]
    sources: list[int]
    facets: list[int]


def ranked(
    placement: Placement,
    here: Moment,
    next_items: Ladder,
    predictor: Predictor,
    candidates: tuple[ItemId, ...],
) -> RankedList:
    """Return the candidates in order; an item named twice comes once."""
    names = list(dict.fromkeys(candidates))
    known = [name for name in names if name in predictor.vocabulary.codes]
    codes = predictor.codes(tuple(known))
    table, business = predictor.table, placement.business
    pool = _pool(placement, here, next_items, codes)
    blended = blend(
        pool,
        codes[:0],
        Leaned(here.facets, here.pulls),
        predictor.rows(Stakes(business.margin, business.freshness)),
        Limits(len(codes), 0, 0, placement.lean, 0, business.relevance),
        predictor.scratch(),
    )
    order = [ItemId(table.items.ids[code]) for code in blended.codes.tolist()]
    listed = set(order)
    gone = [name for name in known if name not in listed]
    unknown = [name for name in names if name not in predictor.vocabulary.codes]
    rest = unknown + gone
    return RankedList(
        items=order + rest,
        sources=blended.sources.tolist() + [Source.SHOP.value] * len(rest),
        facets=blended.facets.tolist() + [-1] * len(rest),
    )


def _pool(placement: Placement, here: Moment, next_items: Ladder, codes: NDArray[np.int32]) -> Pool:
    own = (_SHOP_ORDER / np.sqrt(np.arange(1, len(codes) + 1))).astype(np.float32)
    sources = np.full(len(codes), Source.SHOP.value, np.int8)
    if here.generic or not len(next_items.codes):
        return Pool(codes, own, sources)
    among = np.isin(next_items.codes, codes)
    wanted = next_items.codes[among]
    weights = next_items.scores[among] * np.float32(placement.weights.session)
    return Pool(
        np.concatenate([codes, wanted]),
        np.concatenate([own, weights]),
        np.concatenate([sources, np.full(len(wanted), Source.SESSION.value, np.int8)]),
    )
