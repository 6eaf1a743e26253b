"""Composing a slate: candidates drawn, thinned, blended and mixed with discoveries, in one call.

Calling machine code costs a microsecond for every ten arrays that go in, so a slate is one call,
not one a step; what the call reads of the shop is gathered in `Shop`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Blended, BlendScratch, Limits, Pool, Rows, blend
from tailorbird.predict.discovering import below, outside
from tailorbird.predict.drawing import LARGEST_POOL, Clues, Picks, Stock, draw
from tailorbird.predict.eligible import Fit, Terms, fitting, thinned
from tailorbird.predict.kernel import kernel
from tailorbird.predict.ranked import holds
from tailorbird.predict.sessions import Codes
from tailorbird.predict.tracing import Trail, traced

NO_MATCH = -1


class Places(NamedTuple):
    """How the places of a slate are given away.

    Attributes:
        wanted: items to show.
        explored: how many of these are for discovery.
        source: the number under which discoveries go.
        seed: luck.
    """

    wanted: int
    explored: int
    source: int
    seed: int


class Policy(NamedTuple):
    """What a placement asks for; `limits.most` is how many are blended, runners-up included."""

    picks: Picks
    fit: Fit
    limits: Limits
    places: Places


class Shop(NamedTuple):
    """All that is read of the shop.

    Attributes:
        stock: where candidates are drawn from.
        discovery: int32[], different items that discoveries are drawn from.
        rows: of the item table, for blending.
        terms: of the item table, for what may stand in a placement.
    """

    stock: Stock
    discovery: Codes
    rows: Rows
    terms: Terms


class Asking(NamedTuple):
    """All that is read of the visitor: what candidates are sought by, led there, or is ruled out.

    Attributes:
        clues: what candidates are sought by.
        trail: what may have led to an item.
        banned: int32[], items that must not be shown here.
    """

    clues: Clues
    trail: Trail
    banned: Codes


class Composed(NamedTuple):
    """A slate, best first, discoveries in between where luck puts them.

    Attributes:
        codes: int32[k], item codes.
        scores: float32[k]; 0 for a discovery.
        sources: int8[k], the source that said most for each.
        facets: int32[k], the facet that matched a leaning, -1 for none.
        grounds: int32[k], what each was found by, see `traced`.
        runners_up: int32[], the codes that would have come next.
        candidates: how many were considered; they stand at the front of the pool.
        spoke: which sources had any, one bit each.
        chance: with which each discovery was drawn; all other items were certain.
    """

    codes: Codes
    scores: NDArray[np.float32]
    sources: NDArray[np.int8]
    facets: NDArray[np.int32]
    grounds: NDArray[np.int32]
    runners_up: Codes
    candidates: int
    spoke: int
    chance: float


class Sheet(NamedTuple):
    """Where a slate is written down, for the outside to read: an array costs more to hand out.

    Attributes:
        rows: int32[5, n], codes, sources, facets and grounds of what is shown; the runners-up.
        scores: float32[n].
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]


class Bench(NamedTuple):
    """What slates are made on.

    Attributes:
        shop: what is read of the shop.
        scratch: working memory, clean between slates.
        room: takes the pool, which stands there until the next slate.
        sheet: takes the slate, which stands there until the next.
    """

    shop: Shop
    scratch: BlendScratch
    room: Pool
    sheet: Sheet


def empty_sheet() -> Sheet:
    """Return room for a slate."""
    return Sheet(np.zeros((5, LARGEST_POOL), np.int32), np.zeros(LARGEST_POOL, np.float32))


@kernel
def composed(asking: Asking, policy: Policy, bench: Bench) -> Composed:
    """Return the slate of a placement whose candidates are blended by weights.

    Args:
        asking: of the visitor.
        policy: of the placement.
        bench: what is read of the shop, and worked in.
    """
    room = bench.room
    count, spoke = draw(asking.clues, bench.shop.stock, policy.picks, room)
    pool = Pool(room.codes[:count], room.weights[:count], room.sources[:count])
    return finished(pool, spoke, asking, policy, bench)


@kernel
def finished(pool: Pool, spoke: int, asking: Asking, policy: Policy, bench: Bench) -> Composed:
    """Return the slate out of a pool, whoever has weighed it; what does not fit is taken out."""
    shop, scratch = bench.shop, bench.scratch
    leaned, places = asking.clues.leaned, policy.places
    fit = thinned(pool, policy.fit, shop.rows, shop.terms)
    best = blend(fit, asking.banned, leaned, shop.rows, policy.limits, scratch)
    found, chance = best.codes[:0], 1.0
    if places.explored and len(best.codes):
        kept_out = (best.codes[: places.wanted], asking.banned)
        drawn, chance = outside(
            (shop.discovery, places.seed), kept_out, leaned, shop.rows, (places.explored, scratch)
        )
        found = fitting(drawn, policy.fit, shop.rows, shop.terms) if policy.fit.asked else drawn
    shown = places.wanted - len(found)
    mixed = _mixed(best, shown, found, places)
    grounds = traced(mixed.codes, mixed.sources, mixed.facets, asking.trail, shop.rows.leaf)
    left = _others(best.codes[shown:], found)
    return Composed(
        mixed.codes,
        mixed.scores,
        mixed.sources,
        mixed.facets,
        grounds,
        left,
        len(fit.codes),
        spoke,
        chance,
    )


@kernel
def written(found: Composed, sheet: Sheet) -> tuple[int, int, int, int, float]:
    """Write a slate down; return how many are shown, would have come next, and were considered.

    Behind these: which sources had candidates, and the chance of a discovery.
    """
    for place in range(len(found.codes)):
        sheet.rows[0, place] = found.codes[place]
        sheet.rows[1, place] = found.sources[place]
        sheet.rows[2, place] = found.facets[place]
        sheet.rows[3, place] = found.grounds[place]
        sheet.scores[place] = found.scores[place]
    for place in range(len(found.runners_up)):
        sheet.rows[4, place] = found.runners_up[place]
    shown, left = len(found.codes), len(found.runners_up)
    return shown, left, found.candidates, found.spoke, found.chance


@kernel
def _mixed(best: Blended, shown: int, found: Codes, places: Places) -> Blended:
    """Return the best with the discoveries among them, in places drawn by luck.

    By luck, so that what people click tells how many look at each place, and not only what they
    like. Every set of places is as likely as the other (selection sampling: Knuth, volume 2,
    3.4.2, algorithm S).
    """
    kept = min(shown, len(best.codes))
    size = kept + len(found)
    codes = np.empty(size, np.int32)
    scores = np.zeros(size, np.float32)
    sources = np.full(size, places.source, np.int8)
    facets = np.full(size, NO_MATCH, np.int32)
    rank, drawn = 0, 0
    for place in range(size):
        left = len(found) - drawn
        # Which items are discoveries took the first draws of the seed; where they stand, the next.
        if left and below(size - place, places.seed, len(found) + place) < left:
            codes[place] = found[drawn]
            drawn += 1
            continue
        codes[place] = best.codes[rank]
        scores[place] = best.scores[rank]
        sources[place] = best.sources[rank]
        facets[place] = best.facets[rank]
        rank += 1
    return Blended(codes, scores, sources, facets)


@kernel
def _others(codes: Codes, found: Codes) -> Codes:
    """Return the candidates that are not shown after all, by luck."""
    kept = np.empty(len(codes), np.int32)
    count = 0
    for code in codes:
        if not holds(found, code):
            kept[count] = code
            count += 1
    return kept[:count]
