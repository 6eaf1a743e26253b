"""The click model: tells examination from clicks alone, appeal being learned beside it.

P(click) = examined(place) · appeal(item, person), the second factor by boosted trees on what was
known of item and person when the list was shown, as in X. Wang, N. Golbandi, M. Bendersky, D.
Metzler, M. Najork: Position bias estimation for unbiased learning to rank in personal search (WSDM
2018). Their expectation-maximization crawls where clicks are rare, so the likelihood is climbed by
hand: examination falls by a power of the place, and the power is the one under which trees foretell
clicks of lists best that they have not seen. Then each place may depart from it.

What tells examination from appeal is that items of the same appeal, by all that is known of them,
stand in different places of different lists. Where they hardly do, only luck can tell (`by_luck`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tailorbird.predict.hybrid.answers import Slate
from tailorbird.predict.hybrid.examination import (
    BY_MODEL,
    LEAST_OF_PLACEMENT,
    MOST_PLACES,
    Examination,
    Floats,
    Ints,
    against_first,
    power,
)
from tailorbird.predict.propensity.trees import lightgbm

LEAST_CLICKS = 200
MOST_LISTS = 4_000
_TRIED: Floats = np.linspace(0.0, 2.0, 6)
_FOLDS = 2
_TREES = 120
_PSEUDO_CLICKS = 30.0
_SETTINGS: Mapping[str, Any] = {
    "objective": "poisson",
    "num_leaves": 15,
    "learning_rate": 0.1,
    "min_data_in_leaf": 50,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class _Looks(NamedTuple):
    """Items on screens, one each: place from 0, row, whether acted on, and half of the people."""

    places: Ints
    rows: Floats
    acted: Floats
    fold: Ints


def by_model(known: Sequence[Slate], seed: int) -> Examination | None:
    """Return what share of people look at each place; None for fewer than 200 clicks.

    Placements with 300 clicks have a curve of their own.

    Raises:
        ModelsMissing: LightGBM is not installed.
    """
    clicks = _clicks(known)
    if clicks < LEAST_CLICKS:
        return None
    curves = {"": _curve(known, seed)}
    names = sorted({one.shown.placement for one in known})
    for name in names if len(names) > 1 else ():
        own = [one for one in known if one.shown.placement == name]
        if _clicks(own) >= LEAST_OF_PLACEMENT:
            curves[name] = _curve(own, seed)
    return Examination(BY_MODEL, curves, clicks)


def _clicks(known: Sequence[Slate]) -> int:
    return int(sum(one.shown.acted[one.places].sum() for one in known))


def _curve(known: Sequence[Slate], seed: int) -> Floats:
    looks = _looks(known)
    places = int(looks.places.max()) + 1
    merits = [_foretold(looks, power(places, float(slope)), seed)[0] for slope in _TRIED]
    falling = power(places, _top(merits))
    _, appeal = _foretold(looks, falling, seed)
    acted = np.bincount(looks.places, looks.acted, places)
    expected = np.bincount(looks.places, appeal, places)
    found = (acted + _PSEUDO_CLICKS) / np.maximum(expected + _PSEUDO_CLICKS / falling, 1e-9)
    return against_first(found)


def _looks(known: Sequence[Slate]) -> _Looks:
    """Return what was on screens, of an even sample of lists; a person is in one half only."""
    kept = np.linspace(0, len(known) - 1, min(len(known), MOST_LISTS)).astype(np.int64)
    chosen = [known[number] for number in kept.tolist()]
    halves: dict[str, int] = {}
    fold = [halves.setdefault(one.shown.person, len(halves) % _FOLDS) for one in chosen]
    places = [np.minimum(one.shown.positions[one.places], MOST_PLACES) - 1 for one in chosen]
    acted = [one.shown.acted[one.places] for one in chosen]
    return _Looks(
        np.concatenate(places),
        np.concatenate([one.rows for one in chosen]),
        np.concatenate(acted).astype(np.float64),
        np.repeat(fold, [len(one) for one in places]),
    )


def _foretold(looks: _Looks, curve: Floats, seed: int) -> tuple[float, Floats]:
    """Return how well clicks are foretold in one half by trees of the other, and appeal so told.

    The merit is the logarithm of the likelihood (Poisson), less what is the same for all curves.
    """
    learner = lightgbm()
    offset = np.log(curve)[looks.places]
    told = np.zeros(len(offset))
    for fold in range(_FOLDS):
        there, here = looks.fold != fold, looks.fold == fold
        data = learner.Dataset(
            looks.rows[there],
            looks.acted[there],
            init_score=offset[there],
            params={"verbosity": -1},
        )
        grown = learner.train({**_SETTINGS, "seed": seed}, data, _TREES)
        told[here] = grown.predict(looks.rows[here], raw_score=True, num_threads=1)
        sums = looks.acted[here].sum(), np.exp(told[here] + offset[here]).sum()
        told[here] += np.log(max(sums[0], 1e-9) / max(sums[1], 1e-9))
    merit = looks.acted * (told + offset) - np.exp(told + offset)
    return float(merit.sum()), np.exp(told)


def _top(merits: Sequence[float]) -> float:
    """Return the slope at the top of the parabola through the best that was tried."""
    best = int(np.argmax(merits))
    if best in {0, len(merits) - 1}:
        return float(_TRIED[best])
    low, top, high = merits[best - 1], merits[best], merits[best + 1]
    step = float(_TRIED[1] - _TRIED[0])
    return float(_TRIED[best] + 0.5 * step * (low - high) / (low - 2.0 * top + high))
