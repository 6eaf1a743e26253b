"""Models of all sources that know only what was before a moment, to be asked what came after."""

from __future__ import annotations

import numpy as np

from tailorbird.predict.collaborative_fitting import fit_collaborative
from tailorbird.predict.complements import Browsing, complements, joined_orders
from tailorbird.predict.embedding.choosing import placed
from tailorbird.predict.fitting import fit
from tailorbird.predict.lookalikes import described_by, fit_lookalikes
from tailorbird.predict.predictor import Models, Predictor, Trained
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.training import Diary

_BUDGET_S = 30.0
_SOON_S = 30 * 86_400.0
_COMPLEMENTS = 24


def examined_twin(
    diary: Diary, sessions: Sessions, since_s: float, rng: np.random.Generator
) -> Trained:
    """Return models, and the standings of that moment.

    Args:
        diary: all that is known.
        sessions: what the session model learns from.
        since_s: nothing from here on is learned from, in seconds since 1970.
        rng: luck of learning.
    """
    before, items = diary.until(since_s), len(diary.vocabulary)
    told = [diary.facets.get(code, ()) for code in range(items)]
    described = [described_by(facets) for facets in told]
    orders = joined_orders(before.baskets(), before.buyers(), _SOON_S)
    browsing = Browsing(sessions, diary.leaves())
    models = Models(
        "examined",
        0,
        fit(sessions, rng=rng, budget_seconds=_BUDGET_S, item_count=items),
        complements(orders, _COMPLEMENTS, browsing=browsing, item_count=items),
        fit_lookalikes(described, placed([one.text for one in described], "local", None, rng)),
        fit_collaborative(before.histories(), items),
    )
    return Trained(models, diary.vocabulary, told, before.standings(since_s))


def asked_at(twin: Trained, since_s: float) -> Predictor:
    """Return what serves these models, at that moment."""
    predictor = Predictor(lambda: round(since_s * 1000))
    predictor.adopt(twin)
    predictor.settle()
    return predictor
