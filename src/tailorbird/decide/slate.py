"""A slate: the candidates of all sources for one placement, blended into the list that is shown."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.filters import Banned, banned
from tailorbird.decide.moment import NO_CODES, Moment, long_past
from tailorbird.decide.placements import Business, Placement, Ranker, Source, Weights
from tailorbird.predict.blending import Limits, Pool, blend
from tailorbird.predict.board import Ladder
from tailorbird.predict.drawing import LARGEST_POOL, Offer, Picks, outside
from tailorbird.predict.hybrid.candidates import candidates
from tailorbird.predict.item_table import NO_FACET, ItemTable
from tailorbird.predict.leaders import NEW, POPULAR, TRENDING, Leaders
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.price_lists import priced
from tailorbird.predict.sessions import Codes
from tailorbird.predict.trading import Stakes

_CLEAR_PULL = 0.2
_RUNNERS_UP = 18  # candidates that are written down beside those that are shown
_AFFINITY_LADDER = 20
_IN_CATEGORY = 4.0  # on a category's page its own leaders count four times as much
_FACETS_ASKED = 5
_PAST_DISCOUNT = 0.5  # what was looked at before this visit foretells less than the visit itself

_Pick = tuple[int, float, int, int]
"""Number of a ladder, its weight, the source's number, and how many it may add at most."""


class Slate(msgspec.Struct, frozen=True, gc=False):
    """Items in order, with what each rests on.

    Attributes:
        codes: item codes, best first.
        scores: one each, falling.
        sources: `Source` of each.
        facets: facet code that matched a leaning, one each, -1 for none.
        pool: everything that was considered; stands until the next slate is made.
        banned: what was ruled out, and why.
        spoke: the sources that had something to say, one bit each.
        runners_up: the codes that would have come next.
        chance: with which each item was drawn that is shown for discovery; all others were certain.
    """

    codes: list[int]
    scores: list[float]
    sources: list[int]
    facets: list[int]
    pool: Pool
    banned: Banned
    spoke: int
    runners_up: list[int]
    chance: float = 1.0


def slate(
    placement: Placement,
    moment: Moment,
    next_items: Ladder,
    predictor: Predictor,
    limit: int,
    rng: np.random.Generator,
) -> Slate:
    """Return the slate of an item placement.

    Args:
        placement: the policy.
        moment: who and where.
        next_items: the session model's word, shared by all placements of the request.
        predictor: the models that serve now.
        limit: items wanted.
        rng: for the places given to discovery.
    """
    hybrid = _is_hybrid(placement, moment, predictor)
    draw = _drawn_for_hybrid if hybrid else _drawn
    drawn, spoke = draw(placement, moment, next_items, predictor)
    pool = _fitting(drawn, placement, moment, predictor.table)
    if moment.price_fit is not None and not hybrid:
        pool = priced(pool, moment.price_fit, placement.lean, predictor.table)
    reasons = banned(placement.filters, moment)
    ruled_out = predictor.codes(tuple(reasons))
    explored = _places(placement, moment, limit)
    business = placement.business
    blended = blend(
        pool,
        ruled_out,
        (moment.facets, moment.pulls),
        predictor.rows(Stakes(business.margin, business.freshness)),
        Limits(
            limit - explored + _RUNNERS_UP,
            placement.per_brand,
            placement.per_category,
            0.0 if hybrid else placement.lean,
            placement.per_vendor,
            business.relevance,
        ),
        predictor.scratch(),
    )
    codes, chance = blended.codes.tolist(), 1.0
    discovered = NO_CODES
    if explored and codes:
        kept_out = (blended.codes[:limit], ruled_out)
        discovered, chance = _discoveries(kept_out, explored, moment, predictor, rng)
        keep = fits(discovered, placement, moment, predictor.table)
        discovered = discovered if keep is None else discovered[keep]
    shown = limit - len(discovered)
    found = Slate(
        codes=codes[:shown],
        scores=blended.scores[:shown].tolist(),
        sources=blended.sources[:shown].tolist(),
        facets=blended.facets[:shown].tolist(),
        pool=pool,
        banned=reasons,
        spoke=spoke,
        runners_up=_left(codes[shown:], discovered),
        chance=chance,
    )
    if len(discovered):
        _discover(found, explored, discovered)
    return found


def _left(codes: list[int], discovered: Codes) -> list[int]:
    """Return the candidates that are not shown after all, by luck."""
    shown = set(discovered.tolist())
    return [code for code in codes if code not in shown]


def _is_hybrid(placement: Placement, moment: Moment, predictor: Predictor) -> bool:
    wanted = placement.ranker is Ranker.HYBRID and not moment.generic
    return wanted and predictor.models.hybrid is not None


def _drawn(
    placement: Placement, moment: Moment, next_items: Ladder, predictor: Predictor
) -> tuple[Pool, int]:
    """Return the candidates of the sources that the placement weighs, and which had any."""
    picks = _picks(placement.weights, moment, predictor.leaders)
    offered = _tastes(placement.weights, moment, predictor)
    return predictor.pool(next_items, moment.anchors, moment.session[-1:], picks, offered)


def _drawn_for_hybrid(
    placement: Placement,  # noqa: ARG001 - weighs nothing here
    moment: Moment,
    next_items: Ladder,
    predictor: Predictor,
) -> tuple[Pool, int]:
    """Return the candidates of all sources as the learned ranker weighs them, and which had any."""
    past, session = long_past(moment, predictor), moment.session
    pool, spoke = candidates(predictor, next_items, moment.anchors, session, past)
    return predictor.weighed(pool, session, past), spoke


def _picks(weights: Weights, moment: Moment, lead: Leaders) -> Picks:
    """Return which sources count for this moment, and how much."""
    picks: list[_Pick] = _NOT_PERSONAL[:] if moment.generic else _personal(weights, moment, lead)
    if weights.popular:
        here = lead.facets.get(moment.category)
        if here is not None:
            picks.append(_leading(here, _IN_CATEGORY * weights.popular, Source.POPULAR))
        came_by = lead.channels.get(moment.channel) if moment.channel is not None else None
        if came_by is not None:
            picks.append(_leading(came_by, weights.popular, Source.POPULAR))
        picks.append(_leading(POPULAR, weights.popular, Source.POPULAR))
    if weights.trending:
        picks.append(_leading(TRENDING, weights.trending, Source.TRENDING))
    if weights.new:
        picks.append(_leading(NEW, weights.new, Source.NEW))
    ladders, shares, sources, most = zip(*picks, strict=True)
    return Picks(
        np.array(ladders, np.int32),
        np.array(shares, np.float32),
        np.array(sources, np.int8),
        np.array(most, np.int32),
    )


def _personal(weights: Weights, moment: Moment, lead: Leaders) -> list[_Pick]:
    fading = 1.0 if len(moment.session) else _PAST_DISCOUNT
    picks: list[_Pick] = [
        (0, weights.session * fading, Source.SESSION, LARGEST_POOL),
        (0, weights.complement, Source.COMPLEMENT, LARGEST_POOL),
        (0, weights.similar, Source.SIMILAR, LARGEST_POOL),
    ]
    if weights.affinity:
        asked = moment.facets[:_FACETS_ASKED].tolist()
        for facet, pull in zip(asked, moment.pulls[:_FACETS_ASKED].tolist(), strict=True):
            number = lead.facets.get(facet)
            if number is not None:
                picks.append((number, weights.affinity * pull, Source.AFFINITY, _AFFINITY_LADDER))
    return picks


def _tastes(weights: Weights, moment: Moment, predictor: Predictor) -> tuple[Offer, ...]:
    """Return what people with the same past came to, where the placement weighs it."""
    if not weights.collaborative:
        return ()
    ladder = predictor.tastes(long_past(moment, predictor))
    return (Offer(ladder, weights.collaborative, Source.COLLABORATIVE.value),)


_NOT_PERSONAL: list[_Pick] = [(0, 0.0, 0, 0)] * 3


def _leading(ladder: int, weight: float, source: Source) -> _Pick:
    return (ladder, weight, source, LARGEST_POOL)


def _fitting(pool: Pool, placement: Placement, moment: Moment, table: ItemTable) -> Pool:
    """Return those candidates that fit the placement."""
    keep = fits(pool.codes, placement, moment, table)
    if keep is None:
        return pool
    return Pool(pool.codes[keep], pool.weights[keep], pool.sources[keep])


def fits(
    codes: Codes, placement: Placement, moment: Moment, table: ItemTable
) -> NDArray[np.bool_] | None:
    """Return which items fit the market and the placement's categories and floors; None: all."""
    keep: NDArray[np.bool_] | None = None
    filters = placement.filters
    if _has_floors(placement.business):
        keep = _worthy(codes, placement.business, table)
    market = moment.context.market or moment.context.country
    if filters.market and market and table.market_bits:
        sold = table.sold_in(codes, market)
        keep = sold if keep is None else np.logical_and(keep, sold)
    if filters.same_category and len(moment.anchors):
        apart: NDArray[np.bool_] = ~np.isin(table.leaf[codes], _leaves(moment.anchors, table))
        keep = apart if keep is None else np.logical_and(keep, apart)
    for wanted, names in ((True, filters.categories), (False, filters.not_categories)):
        if names:
            facets = table.facets.encode([f"category:{name}" for name in names])
            inside = np.isin(table.facet_codes[codes], facets).any(axis=1)
            placed: NDArray[np.bool_] = np.equal(inside, wanted)
            keep = placed if keep is None else np.logical_and(keep, placed)
    return keep


def _has_floors(business: Business) -> bool:
    return business.min_stock > 0 or business.margin_floor is not None


def _worthy(codes: Codes, business: Business, table: ItemTable) -> NDArray[np.bool_]:
    """Return which items the merchant's floors let through."""
    enough: NDArray[np.bool_] = np.greater_equal(table.stock[codes], business.min_stock)
    if business.margin_floor is None:
        return enough
    below: NDArray[np.bool_] = np.less(table.margin[codes], business.margin_floor)
    return np.logical_and(enough, ~below)


def _leaves(anchors: Codes, table: ItemTable) -> NDArray[np.int32]:
    """Return the narrow categories of the anchors, those that are known."""
    leaves: NDArray[np.int32] = table.leaf[anchors]
    return leaves[leaves >= 0]


def _places(placement: Placement, moment: Moment, limit: int) -> int:
    """Discovery takes its share only where something is predicted to depart from."""
    if moment.generic or not len(moment.facets):
        return 0
    return round(limit * placement.explore_share)


def _discoveries(
    kept_out: tuple[Codes, Codes],
    places: int,
    moment: Moment,
    predictor: Predictor,
    rng: np.random.Generator,
) -> tuple[Codes, float]:
    """Return items from outside what the person leans to, and the chance that each had."""
    table = predictor.table
    return outside(
        predictor.leaders.discovery,
        rng.bit_generator.random_raw() >> 1,
        kept_out,
        (moment.facets, moment.pulls, _CLEAR_PULL),
        (table.available, table.facet_codes),
        (places, predictor.scratch()),
    )


def _discover(found: Slate, places: int, discovered: Codes) -> None:
    """Put what was discovered into every so-manieth place."""
    spacing = max(1, (len(found.codes) + places) // places)
    at = spacing - 1
    for code in discovered.tolist():
        at = min(at, len(found.codes))
        found.codes.insert(at, code)
        found.scores.insert(at, 0.0)
        found.sources.insert(at, Source.EXPLORE)
        found.facets.insert(at, NO_FACET)
        at += spacing
