"""The candidates of the hybrid ranker: some of each source, all at a weight of 1."""

from __future__ import annotations

import numpy as np

from tailorbird.predict.blending import NO_LEANING, Pool
from tailorbird.predict.board import NOBODY, Ladder
from tailorbird.predict.drawing import LARGEST_POOL, Clues, Leaning, Picks
from tailorbird.predict.leaders import NEW, POPULAR, TRENDING
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.sessions import Codes

SESSION, COMPLEMENT, SIMILAR, FROM_POPULAR, FROM_TRENDING, FROM_NEW = 0, 1, 2, 4, 5, 6
FROM_COLLABORATIVE = 10
"""Numbers of sources, as placements have them."""

_PICKS = Picks(
    np.array([0, 0, 0, 0, POPULAR, TRENDING, NEW], np.int32),
    np.ones(7, np.float32),
    np.array(
        [SESSION, COMPLEMENT, SIMILAR, FROM_COLLABORATIVE, FROM_POPULAR, FROM_TRENDING, FROM_NEW],
        np.int8,
    ),
    np.array([60, 60, 60, LARGEST_POOL, 30, 10, 10], np.int32),
    Leaning(0.0, 0, 0, 0),
)


def candidates(
    predictor: Predictor, told: Ladder, anchors: Codes, session: Codes, past: Codes
) -> tuple[Pool, int]:
    """Return candidates of all sources, and which sources had any, one bit each.

    Args:
        predictor: the models that serve.
        told: what the session model says.
        anchors: what complements are sought for.
        session: int32[], items of the visit, oldest first; look-alikes are sought for the last, or
            at the beginning of a visit for what was dealt with last before.
        past: int32[], different items of all visits, newest first.
    """
    tasted = predictor.tastes(past) if len(past) else NOBODY
    latest = session[-1:] if len(session) else past[:1]
    return predictor.composer.pool(Clues(told, tasted, anchors, latest, NO_LEANING), _PICKS)
