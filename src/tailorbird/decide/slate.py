"""A slate: the candidates of all sources for one placement, blended into the list that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.filters import Banned, banned
from tailorbird.decide.moment import NO_CODES, Moment
from tailorbird.decide.placements import Filters, Placement, Source, Weights
from tailorbird.predict.blending import Blended, Limits, Pool, blend
from tailorbird.predict.item_table import NO_FACET, ItemTable
from tailorbird.predict.leaders import Ladder
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.sessions import Codes

_DRAWN = 40  # how many are looked at for places given to discovery
_CLEAR_PULL = 0.2
_AFFINITY_LADDER = 20
_IN_CATEGORY = 4.0  # on a category's page its own leaders count four times as much
_FACETS_ASKED = 5
_PAST_DISCOUNT = 0.5  # what was looked at before this visit foretells less than the visit itself


@dataclass(frozen=True, slots=True)
class Slate:
    """Items in order, with what each rests on.

    Attributes:
        codes: item codes, best first.
        scores: one each, falling.
        sources: `Source` of each.
        facets: facet code that matched a leaning, one each, -1 for none.
        pool: everything that was considered.
        banned: what was ruled out, and why.
        weighed: the sources that had something to say.
    """

    codes: list[int]
    scores: list[float]
    sources: list[int]
    facets: list[int]
    pool: Pool
    banned: Banned
    weighed: frozenset[Source]


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
    ladders = _ladders(placement.weights, moment, next_items, predictor)
    ruled_out = banned(placement.filters, moment)
    pool = _pool(ladders, placement.filters, moment, predictor)
    explored = _places(placement, moment, limit)
    limits = Limits(
        most=limit - explored,
        per_brand=placement.per_brand,
        per_leaf=placement.per_category,
        lean=placement.lean,
    )
    table = predictor.table
    blended: Blended = blend(
        pool,
        predictor.codes(tuple(ruled_out)),
        (moment.facets, moment.pulls),
        (table.available, table.facet_codes, table.leaf, table.brand),
        limits,
        predictor.scratch(),
    )
    found = Slate(
        codes=blended.codes.tolist(),
        scores=blended.scores.tolist(),
        sources=blended.sources.tolist(),
        facets=blended.facets.tolist(),
        pool=pool,
        banned=ruled_out,
        weighed=frozenset(source for source, ladder, _ in ladders if len(ladder.codes)),
    )
    return _with_discoveries(found, explored, moment, predictor, rng) if explored else found


def _ladders(
    weights: Weights, moment: Moment, next_items: Ladder, predictor: Predictor
) -> list[tuple[Source, Ladder, float]]:
    found = [] if moment.generic else _personal(weights, moment, next_items, predictor)
    lead = predictor.leaders
    if weights.popular:
        if moment.category >= 0:
            here = lead.of_facet(moment.category)
            found.append((Source.POPULAR, here, _IN_CATEGORY * weights.popular))
        if moment.channel is not None:
            found.append((Source.POPULAR, lead.of_channel(moment.channel), weights.popular))
        found.append((Source.POPULAR, lead.popular, weights.popular))
    if weights.trending:
        found.append((Source.TRENDING, lead.trending, weights.trending))
    if weights.new:
        found.append((Source.NEW, lead.new, weights.new))
    return found


def _personal(
    weights: Weights, moment: Moment, next_items: Ladder, predictor: Predictor
) -> list[tuple[Source, Ladder, float]]:
    found: list[tuple[Source, Ladder, float]] = []
    if weights.session:
        fading = 1.0 if len(moment.session) else _PAST_DISCOUNT
        found.append((Source.SESSION, next_items, weights.session * fading))
    if weights.complement:
        anchors = moment.anchors
        found.append((Source.COMPLEMENT, predictor.complements(anchors), weights.complement))
    if weights.similar:
        found.append((Source.SIMILAR, predictor.similar(moment.session[-1:]), weights.similar))
    if weights.affinity:
        found.extend(
            (Source.AFFINITY, _short(predictor.leaders.of_facet(facet)), weights.affinity * pull)
            for facet, pull in zip(
                moment.facets[:_FACETS_ASKED].tolist(),
                moment.pulls[:_FACETS_ASKED].tolist(),
                strict=True,
            )
        )
    return found


def _pool(
    ladders: Iterable[tuple[Source, Ladder, float]],
    filters: Filters,
    moment: Moment,
    predictor: Predictor,
) -> Pool:
    told = [(source, ladder, weight) for source, ladder, weight in ladders if len(ladder.codes)]
    if not told:
        return Pool(NO_CODES, np.zeros(0, np.float32), np.zeros(0, np.int8))
    codes = np.concatenate([ladder.codes for _, ladder, _ in told])
    weights = np.concatenate([ladder.scores * np.float32(weight) for _, ladder, weight in told])
    lengths = [len(ladder.codes) for _, ladder, _ in told]
    sources = np.repeat(np.array([source.value for source, _, _ in told], np.int8), lengths)
    keep = _fitting(codes, filters, moment, predictor)
    if keep is None:
        return Pool(codes, weights, sources)
    return Pool(codes[keep], weights[keep], sources[keep])


def _fitting(
    codes: Codes, filters: Filters, moment: Moment, predictor: Predictor
) -> NDArray[np.bool_] | None:
    """Return which codes fit the market and the placement's categories; None when all do."""
    table = predictor.table
    keep: NDArray[np.bool_] | None = None
    market = moment.context.market or moment.context.country
    if filters.market and market and table.market_bits:
        keep = table.sold_in(codes, market)
    if filters.same_category and len(moment.anchors):
        apart: NDArray[np.bool_] = ~np.isin(table.leaf[codes], _leaves(moment.anchors, table))
        keep = apart if keep is None else np.logical_and(keep, apart)
    for wanted, names in ((True, filters.categories), (False, filters.not_categories)):
        if names:
            facets = table.facets.encode([f"category:{name}" for name in names])
            inside = np.isin(table.facet_codes[codes], facets).any(axis=1)
            fits: NDArray[np.bool_] = np.equal(inside, wanted)
            keep = fits if keep is None else np.logical_and(keep, fits)
    return keep


def _leaves(anchors: Codes, table: ItemTable) -> NDArray[np.int32]:
    """Return the narrow categories of the anchors, those that are known."""
    leaves: NDArray[np.int32] = table.leaf[anchors]
    return leaves[leaves >= 0]


def _short(ladder: Ladder) -> Ladder:
    return Ladder(ladder.codes[:_AFFINITY_LADDER], ladder.scores[:_AFFINITY_LADDER])


def _places(placement: Placement, moment: Moment, limit: int) -> int:
    """Discovery takes its share only where something is predicted to depart from."""
    if moment.generic or not len(moment.facets):
        return 0
    return round(limit * placement.explore_share)


def _with_discoveries(
    found: Slate, places: int, moment: Moment, predictor: Predictor, rng: np.random.Generator
) -> Slate:
    """Put items from outside what the person leans to into every so-manieth place."""
    pool = predictor.leaders.discovery
    if not len(pool) or not found.codes:
        return found
    leaned = set(moment.facets[moment.pulls > _CLEAR_PULL].tolist())
    ruled_out = set(found.codes)
    ruled_out.update(predictor.codes(tuple(found.banned)).tolist())
    table = predictor.table
    spacing = max(1, (len(found.codes) + places) // places)
    at = spacing - 1
    for code in pool[rng.integers(0, len(pool), _DRAWN)].tolist():
        if code in ruled_out or not table.available[code]:
            continue
        if not leaned.isdisjoint(table.facet_codes[code].tolist()):
            continue
        at = min(at, len(found.codes))
        found.codes.insert(at, code)
        found.scores.insert(at, 0.0)
        found.sources.insert(at, Source.EXPLORE)
        found.facets.insert(at, NO_FACET)
        ruled_out.add(code)
        at += spacing
        places -= 1
        if places == 0:
            break
    return found
