"""A slate: the candidates of all sources for one placement, blended into the list that is shown."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from tailorbird.decide.filters import Banned, banned
from tailorbird.decide.fit import fit_of
from tailorbird.decide.lent import lifted
from tailorbird.decide.moment import Moment, long_past
from tailorbird.decide.picking import picks_of
from tailorbird.decide.placements import Placement, Ranker, Source
from tailorbird.decide.words import trail_of
from tailorbird.predict.blending import Limits, Pool
from tailorbird.predict.board import NOBODY, Ladder
from tailorbird.predict.composing import Places
from tailorbird.predict.hybrid.candidates import candidates
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.price_lists import priced
from tailorbird.predict.rebuying import patience
from tailorbird.predict.trading import Stakes

Luck = Callable[[], int]
"""Draws 64 bits; `random_raw` of NumPy's bit generators is one."""

_RUNNERS_UP = 18  # candidates that are written down beside those that are shown
_EXPLORE = Source.EXPLORE.value


class Slate(msgspec.Struct, frozen=True, gc=False):
    """Items in order, with what each rests on.

    Attributes:
        codes: item codes, best first.
        scores: one each, falling.
        sources: `Source` of each.
        facets: facet code that matched a leaning, one each, -1 for none.
        grounds: what each was found by, an item code or a facet code; -1 for none.
        room: what was considered stands at its front, until the next slate is made.
        candidates: how many were considered.
        banned: what was ruled out, and why.
        spoke: the sources that had something to say, one bit each.
        runners_up: the codes that would have come next.
        chance: with which each item was drawn that is shown for discovery; all others were certain.
        ranker: who put them into order; weights, too, where no learned ranker serves.
    """

    codes: list[int]
    scores: list[float]
    sources: list[int]
    facets: list[int]
    grounds: list[int]
    room: Pool
    candidates: int
    banned: Banned
    spoke: int
    runners_up: list[int]
    chance: float = 1.0
    ranker: Ranker = Ranker.BLEND

    @property
    def pool(self) -> Pool:
        """Everything that was considered; to be read before the next slate is made."""
        room, count = self.room, self.candidates
        return Pool(room.codes[:count], room.weights[:count], room.sources[:count])


def slate(
    placement: Placement,
    moment: Moment,
    next_items: Ladder,
    predictor: Predictor,
    limit: int,
    luck: Luck,
) -> Slate:
    """Return the slate of an item placement.

    Args:
        placement: the policy.
        moment: who and where.
        next_items: the session model's word, shared by all placements of the request.
        predictor: the models that serve now.
        limit: items wanted.
        luck: for the places given to discovery.
    """
    waits = patience(predictor.models.rebuys, predictor.table)
    ruled_out = banned(placement.filters, moment, waits)
    hybrid = is_hybrid(placement, moment, predictor)
    tasted = NOBODY
    if placement.weights.collaborative and not hybrid and not moment.generic:
        tasted = predictor.tastes(long_past(moment, predictor))
    here, codes = moment, predictor.codes(tuple(ruled_out))
    leaned = (here.facets, here.pulls)
    clues = (tuple(next_items), tuple(tasted), here.anchors, here.session[-1:], leaned)
    # An `Asking` and a `Policy`, without names.
    asking = (clues, tuple(trail_of(here, predictor.table)), codes)
    places = _places(placement, moment, limit, luck)
    policy = (
        picks_of(placement.weights, moment, predictor.leaders),
        tuple(fit_of(placement, moment, predictor.table)),
        tuple(_limits(placement, places, 0.0 if hybrid else placement.lean)),
        tuple(places),
    )
    stakes = Stakes(placement.business.margin, placement.business.freshness)
    if hybrid:
        weighed, spoke = _weighed(moment, next_items, predictor)
        if moment.price_fit is not None:
            weighed = priced(weighed, moment.price_fit, placement.lean, predictor.table)
        if moment.loan is not None:
            weighed = lifted(weighed, moment, placement.lean, predictor.table)
        found = predictor.composer.finished(weighed, spoke, asking, policy, stakes)
    elif moment.price_fit is not None:
        drawn, spoke = predictor.composer.drawn(clues, policy[0])
        fitted = priced(drawn, moment.price_fit, placement.lean, predictor.table)
        found = predictor.composer.finished(fitted, spoke, asking, policy, stakes)
    else:
        found = predictor.composer.composed(asking, policy, stakes)
    return Slate(
        codes=found.codes,
        scores=found.scores,
        sources=found.sources,
        facets=found.facets,
        grounds=found.grounds,
        room=found.room,
        candidates=found.candidates,
        banned=ruled_out,
        spoke=found.spoke,
        runners_up=found.runners_up,
        chance=found.chance,
        ranker=Ranker.HYBRID if hybrid else Ranker.BLEND,
    )


def is_hybrid(placement: Placement, moment: Moment, predictor: Predictor) -> bool:
    """Return whether a learned ranker is wanted, may be asked, and serves."""
    wanted = placement.ranker is Ranker.HYBRID and not moment.generic
    return wanted and predictor.models.hybrid is not None


def _weighed(moment: Moment, next_items: Ladder, predictor: Predictor) -> tuple[Pool, int]:
    """Return the candidates of all sources as the learned ranker weighs them, and which had any."""
    started = time.perf_counter()
    past, session = long_past(moment, predictor), moment.session
    pool, spoke = candidates(predictor, next_items, moment.anchors, session, past)
    weighed = predictor.weighed(pool, session, past)
    predictor.weighing_took((time.perf_counter() - started) * 1000)
    return weighed, spoke


def _places(placement: Placement, moment: Moment, limit: int, luck: Luck) -> Places:
    """Discovery takes its share only where something is predicted to depart from."""
    explored = 0
    if placement.explore_share and not moment.generic and len(moment.facets):
        explored = round(limit * placement.explore_share)
    seed = luck() >> 1 if explored else 0
    return Places(limit, explored, _EXPLORE, seed)


def _limits(placement: Placement, places: Places, lean: float) -> Limits:
    return Limits(
        places.wanted - places.explored + _RUNNERS_UP,
        placement.per_brand,
        placement.per_category,
        lean,
        placement.per_vendor,
        placement.business.relevance,
    )
