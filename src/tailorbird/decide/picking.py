"""Picking: which sources a placement asks in a moment, and how much each counts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Source, Weights
from tailorbird.predict.drawing import LARGEST_POOL, Leaning, Picks
from tailorbird.predict.leaders import NEW, POPULAR, TRENDING, Leaders
from tailorbird.predict.plain import Plain, plain

_AFFINITY_LADDER = 20
_IN_CATEGORY = 4.0  # on a category's page its own leaders count four times as much
_FACETS_ASKED = 5
_PAST_DISCOUNT = 0.5  # what was looked at before this visit foretells less than the visit itself
_NONE = -1
_PERSONAL_SOURCES = (Source.SESSION, Source.COMPLEMENT, Source.SIMILAR, Source.COLLABORATIVE)


def picks_of(weights: Weights, moment: Moment, lead: Leaders) -> Plain:
    """Return which sources count for this moment, and how much: a `Picks` without its names."""
    came_by = lead.channels.get(moment.channel, _NONE) if moment.channel is not None else _NONE
    here = lead.facets.get(moment.category, _NONE) if moment.category >= 0 else _NONE
    personal = 0.0 if moment.generic else 1.0
    return _picks(weights, personal, 1.0 if len(moment.session) else _PAST_DISCOUNT, here, came_by)


@lru_cache(maxsize=1024)
def _picks(weights: Weights, personal: float, fading: float, here: int, came_by: int) -> Plain:
    """Return the picks of everybody to whom the same applies.

    Args:
        weights: of the placement.
        personal: 1, or 0 where nothing personal may be used.
        fading: what is left of the weight of the session.
        here: the ladder of the page's category, -1 for none.
        came_by: the ladder of the visitor's channel, -1 for none.
    """
    told = (weights.session * fading, weights.complement, weights.similar, weights.collaborative)
    picked = [
        (0, personal * weight, one) for weight, one in zip(told, _PERSONAL_SOURCES, strict=True)
    ]
    if here != _NONE:
        picked.append((here, _IN_CATEGORY * weights.popular, Source.POPULAR))
    if came_by != _NONE:
        picked.append((came_by, weights.popular, Source.POPULAR))
    picked.append((POPULAR, weights.popular, Source.POPULAR))
    picked.append((TRENDING, weights.trending, Source.TRENDING))
    picked.append((NEW, weights.new, Source.NEW))
    asked = [one for place, one in enumerate(picked) if place < len(told) or one[1]]
    ladders, shares, sources = zip(*asked, strict=True)
    leaning = Leaning(
        personal * weights.affinity, _FACETS_ASKED, _AFFINITY_LADDER, Source.AFFINITY.value
    )
    return plain(
        Picks(
            np.array(ladders, np.int32),
            np.array(shares, np.float32),
            np.array(sources, np.int8),
            np.full(len(asked), LARGEST_POOL, np.int32),
            leaning,
        )
    )
