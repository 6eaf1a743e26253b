"""Making a score keep its word: of all who were given 30 %, three in ten should do it.

Two ways, learned on answers that the score was not learned from. *Isotonic* regression finds the
best rising staircase from score to rate (Zadrozny and Elkan, KDD 2002), drawn towards the overall
rate where a step has few answers. *Platt's* sigmoid (1999) needs less data, and is taken below a
thousand answers.
"""

from __future__ import annotations

import msgspec
import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ENOUGH_FOR_ISOTONIC = 1_000
_LEAST_STEP = 10.0
_SMOOTH = 0.1
_FEWEST, _MOST = 1e-4, 1.0 - 1e-4


class Calibration(msgspec.Struct, frozen=True):
    """From raw score to probability: straight lines between points.

    Attributes:
        kind: `isotonic` or `platt`.
        scores: rising raw scores (log-odds).
        probabilities: what each stands for, never falling.
    """

    kind: str
    scores: list[float]
    probabilities: list[float]

    def __call__(self, raw: Floats) -> Floats:
        """Return float64[n], the probabilities of raw scores; flat beyond the ends."""
        return np.asarray(np.interp(raw, self.scores, self.probabilities), np.float64)


def fit_calibration(raw: Floats, happened: NDArray[np.bool_]) -> Calibration:
    """Learn from held-out answers.

    Args:
        raw: float64[n], log-odds that a model gave.
        happened: bool[n], what came true.
    """
    if len(raw) < ENOUGH_FOR_ISOTONIC:
        return platt(raw, happened)
    return isotonic(raw, happened)


def isotonic(raw: Floats, happened: NDArray[np.bool_]) -> Calibration:
    """Return the best rising staircase, as lines between the middles of its steps.

    Each step is drawn towards the sigmoid's answer as if ten such answers had been seen, so that no
    step says never or always; and a tenth of the outcome is the sigmoid's, so that a higher score
    is always a higher probability and the ranks of people stay as they were.
    """
    order = np.argsort(raw, kind="stable")
    scores, hits = raw[order], happened[order].astype(np.float64)
    found = scipy.optimize.isotonic_regression(hits)
    starts = np.asarray(found.blocks[:-1], np.int64)
    sizes = np.diff(found.blocks).astype(np.float64)
    middles = np.add.reduceat(scores, starts) / sizes
    smooth = platt(raw, happened)
    prior = smooth(middles)
    rates = (np.add.reduceat(hits, starts) + prior * _LEAST_STEP) / (sizes + _LEAST_STEP)
    steps = np.maximum.accumulate(rates)
    points = np.union1d(middles, smooth.scores)
    mixed = (1.0 - _SMOOTH) * np.interp(points, middles, steps) + _SMOOTH * smooth(points)
    return Calibration("isotonic", points.tolist(), np.clip(mixed, _FEWEST, _MOST).tolist())


def platt(raw: Floats, happened: NDArray[np.bool_]) -> Calibration:
    """Return the sigmoid of a line, with Platt's soft targets, as points along the scores seen."""
    hits = float(happened.sum())
    misses = len(raw) - hits
    target = np.where(happened, (hits + 1.0) / (hits + 2.0), 1.0 / (misses + 2.0))

    def loss(line: Floats) -> tuple[float, Floats]:
        logit = line[0] * raw + line[1]
        slope = scipy.special.expit(logit) - target
        value = np.logaddexp(0.0, logit) - target * logit
        return float(value.mean()), np.array([float((slope * raw).mean()), float(slope.mean())])

    found = scipy.optimize.minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.0, None), (None, None)]
    )
    low, high = float(raw.min()) - 1.0, float(raw.max()) + 1.0
    scores = np.linspace(low, high, 65)
    given = scipy.special.expit(found.x[0] * scores + found.x[1])
    return Calibration("platt", scores.tolist(), np.clip(given, _FEWEST, _MOST).tolist())
