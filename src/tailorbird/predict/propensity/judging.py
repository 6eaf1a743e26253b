"""How good probabilities are: do they rank, do they keep their word, how wrong are they."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

BINS = 10


class Bin(msgspec.Struct, frozen=True, rename="camel"):
    """People given about the same probability: how many, what was said, what came true."""

    count: int
    said: float
    happened: float


class Judged(msgspec.Struct, frozen=True, rename="camel"):
    """What many probabilities were worth.

    Attributes:
        count: of answers.
        rate: share of answers that were yes.
        auc: chance that a yes was given more than a no; 0.5 is luck.
        ap: average precision; the rate is luck.
        brier: mean squared error; lower is better.
        ece: expected calibration error: how far what was said is from what came true, on average
            over ten groups of the same size.
        bins: these groups, from the least likely on.
    """

    count: int
    rate: float
    auc: float
    ap: float
    brier: float
    ece: float
    bins: tuple[Bin, ...]


def judged(said: Floats, happened: Truths) -> Judged:
    """Return all measures of probabilities against what came true; both of length n > 0."""
    groups = reliability(said, happened)
    off = sum(group.count * abs(group.said - group.happened) for group in groups)
    return Judged(
        count=len(said),
        rate=float(happened.mean()),
        auc=auc(said, happened),
        ap=average_precision(said, happened),
        brier=float(np.mean((said - happened) ** 2)),
        ece=off / len(said),
        bins=groups,
    )


def auc(said: Floats, happened: Truths) -> float:
    """Return the area under the ROC curve, ties counted half; NaN where all came out the same."""
    yes, no = int(happened.sum()), int((~happened).sum())
    if not yes or not no:
        return float("nan")
    ranks = rankdata(said)
    return float((ranks[happened].sum() - yes * (yes + 1) / 2.0) / (yes * no))


def average_precision(said: Floats, happened: Truths) -> float:
    """Return the area under precision over recall, in steps; equal scores are one step."""
    yes = int(happened.sum())
    if not yes:
        return float("nan")
    order = np.argsort(-said, kind="stable")
    hits = np.cumsum(happened[order])
    last = np.append(np.diff(said[order]) != 0, True)
    precision = hits[last] / (np.flatnonzero(last) + 1.0)
    gained = np.diff(hits[last], prepend=0)
    return float((precision * gained).sum() / yes)


def reliability(said: Floats, happened: Truths, bins: int = BINS) -> tuple[Bin, ...]:
    """Return groups of the same size, from the least likely on."""
    order = np.argsort(said, kind="stable")
    return tuple(
        Bin(len(group), float(said[group].mean()), float(happened[group].mean()))
        for group in np.array_split(order, bins)
        if len(group)
    )
