"""Re-ranking a list that the shop brings: all of it comes back, in this visitor's order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tailorbird.accounts.terms import Standing
from tailorbird.decide.accounts import theirs
from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Placement, Source
from tailorbird.predict.blending import Leaned, Limits, Pool, blend
from tailorbird.predict.board import Ladder
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.price_lists import priced
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
    standing: Standing | None = None,
) -> RankedList:
    """Return the candidates in order; an item named twice comes once.

    Args:
        placement: the policy.
        here: who, and where.
        next_items: what may come next in this visit.
        predictor: the models that serve now.
        candidates: the shop's list, in its order.
        standing: of the account in whose name they are here: what is not for it comes last.
    """
    names = list(dict.fromkeys(candidates))
    known = [name for name in names if name in predictor.vocabulary.codes]
    codes = predictor.codes(tuple(known))
    table, business = predictor.table, placement.business
    keep = theirs(codes, placement, standing, table)
    if keep is not None:
        codes = codes[keep]
    pool = _pool(placement, here, next_items, codes, table)
    blended = blend(
        pool,
        codes[:0],
        Leaned(here.facets, here.pulls),
        predictor.composer.rows(Stakes(business.margin, business.freshness)),
        Limits(len(codes), 0, 0, placement.lean, 0, business.relevance),
        predictor.composer.scratch(),
    )
    order = [ItemId(table.items.ids[code]) for code in blended.codes.tolist()]
    listed = set(order)
    gone = [name for name in known if name not in listed]
    unknown = [name for name in names if name not in predictor.vocabulary.codes]
    rest = unknown + gone
    among = set(codes.tolist())
    why = [_of_rest(name, predictor, among) for name in rest]
    return RankedList(
        items=order + rest,
        sources=blended.sources.tolist() + why,
        facets=blended.facets.tolist() + [-1] * len(rest),
    )


def _of_rest(name: ItemId, predictor: Predictor, among: set[int]) -> int:
    """Return why something comes behind the rest: it is not for the account, or out of stock."""
    code = predictor.vocabulary.codes.get(name)
    not_theirs = code is not None and code not in among
    return (Source.NOT_THEIRS if not_theirs else Source.SHOP).value


def _pool(
    placement: Placement,
    here: Moment,
    next_items: Ladder,
    codes: NDArray[np.int32],
    table: ItemTable,
) -> Pool:
    pool = _wishes(placement, here, next_items, codes)
    if here.price_fit is None:
        return pool
    return priced(pool, here.price_fit, placement.lean, table)


def _wishes(
    placement: Placement, here: Moment, next_items: Ladder, codes: NDArray[np.int32]
) -> Pool:
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
