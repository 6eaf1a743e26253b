"""What is lent to somebody, beside the learned ranker: that knows them by their own past alone."""

from __future__ import annotations

from math import exp2

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.moment import LONG_SHARE, Moment
from tailorbird.links.lending import Loan
from tailorbird.predict.blending import Pool
from tailorbird.predict.item_table import ItemTable
from tailorbird.profile.affinity import LONG_HALF_LIFE_MS, SHORT_HALF_LIFE_MS, Pull


def lifted(pool: Pool, here: Moment, lean: float, table: ItemTable) -> Pool:
    """Return candidates lifted by how well they match what is lent; as they are without a loan.

    What somebody leans to by themselves lifts nothing here: the ranker has learned from it.

    Args:
        pool: the candidates, weighed.
        here: whose moment it is.
        lean: how much a full match adds, as a share.
        table: of all items.
    """
    if here.loan is None or not len(here.facets):
        return pool
    pulls = _lent_pulls(here, here.loan, table)
    matches = table.facet_codes[pool.codes][:, :, None] == here.facets
    fits = np.minimum((matches * pulls).sum(axis=(1, 2)), 1.0)
    lift = (1.0 + lean * fits).astype(np.float32)
    return Pool(pool.codes, pool.weights * lift, pool.sources)


def _lent_pulls(here: Moment, loan: Loan, table: ItemTable) -> NDArray[np.float32]:
    """Return float32[facets], of each pull of a moment the part that is lent, 0 to 1."""
    own = {} if here.profile is None else here.profile.facets
    found = np.zeros(len(here.facets), np.float32)
    for place, code in enumerate(here.facets.tolist()):
        name = table.facets.ids[code]
        lent, theirs = loan.pulls.get(name), own.get(name)
        if lent is None:
            continue
        share = 1.0
        if theirs is not None:
            strength = _strength(lent, here.now_ms)
            share = strength / max(strength + _strength(theirs, here.now_ms), 1e-30)
        found[place] = here.pulls[place] * share
    return found


def _strength(pull: Pull, now_ms: int) -> float:
    """Return the short sum plus half the long one, decayed to now: as a moment's leanings count."""
    age = now_ms - pull.last_ms
    short = pull.short * exp2(-age / SHORT_HALF_LIFE_MS)
    return short + LONG_SHARE * pull.long * exp2(-age / LONG_HALF_LIFE_MS)
