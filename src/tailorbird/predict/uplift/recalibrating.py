"""Holds predicted uplift against a later holdout; says how deep an offer a decile is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.curves import average, deciles, tenths
from tailorbird.predict.uplift.model import UpliftDecile, UpliftModel
from tailorbird.predict.uplift.trial import Trial, checked

_Z = 1.959963984540054
LEAST_INSIDE = 8
"""How many of ten deciles must be as predicted."""

Floats = NDArray[np.float64]


class Validation(NamedTuple):
    """Predicted against measured, on people of a later trial.

    Attributes:
        deciles: with what the later trial measured.
        expected, average: the mean predicted and the measured effect.
        inside: how many deciles' intervals hold what was predicted; nine or ten are as it should
            be.
        holds: whether the average and at least eight deciles are as predicted.
    """

    deciles: tuple[UpliftDecile, ...]
    expected: float
    average: Measured
    inside: int
    holds: bool


class Depth(msgspec.Struct, frozen=True, rename="camel"):
    """What a decile should be offered.

    Attributes:
        decile: 1 to 10, 1 with the highest uplift.
        depth: the discount as a share of the price; None: no offer, rather proof or content.
        gain: expected profit a person over making no offer, as a share of an order's value.
        gain_low: its lower 95 % bound.
    """

    decile: int
    depth: float | None
    gain: float
    gain_low: float


def validated(model: UpliftModel, later: Trial) -> Validation:
    """Return how a model's predictions hold on people who came after it.

    Args:
        model: as it served.
        later: a trial on which it was not learned, with the model's features.

    Raises:
        NoTrial: it is not a randomized trial, or too small.
    """
    checked(later)
    return held_up(later, model.effects(later.features))


def held_up(later: Trial, scores: Floats) -> Validation:
    """Return how predicted effects hold on people of whom nothing was learned.

    Args:
        later: a randomized trial of them.
        scores: float64[n], what was predicted.
    """
    made = tuple(
        UpliftDecile(
            decile=one.decile,
            least=float(scores[tenths(scores) == one.decile].min()),
            predicted=one.predicted,
            treated_rate=one.treated,
            held_out_rate=one.held_out,
            measured=one.measured.value,
            low=one.measured.low,
            high=one.measured.high,
            people=one.people,
        )
        for one in deciles(later, scores)
    )
    inside = sum(one.low <= one.predicted <= one.high for one in made)
    expected, measured = float(scores.mean()), average(later)
    holds = measured.low <= expected <= measured.high and inside >= LEAST_INSIDE
    return Validation(made, expected, measured, inside, holds)


def depths(
    tested: Mapping[float, Sequence[UpliftDecile]], margin: float, *, cautious: bool = True
) -> tuple[Depth, ...]:
    """Return for each decile the tested depth that earns most, or none.

    An offer of depth d earns a treated buyer's margin less d, and forgoes what the decile would
    have bought anyway: gain = treated · (margin - d) - held out · margin. Deciles are first pooled
    so that a higher one never gains less than a lower one because of noise.

    Args:
        tested: by depth (0.1 is 10 % off), the deciles of a trial of that depth whose outcome was
            a purchase; all by one model.
        margin: gross margin as a share of the price, before any discount.
        cautious: offer only what gains at the lower bound of its interval.

    Returns:
        Ten depths, decile 1 first; empty when nothing was tested.
    """
    options = {depth: _gains(found, depth, margin) for depth, found in tested.items()}
    if not options:
        return ()
    return tuple(_best(at, options, cautious=cautious) for at in range(10))


def _gains(found: Sequence[UpliftDecile], depth: float, margin: float) -> list[tuple[float, float]]:
    """Return each decile's gain and its lower bound."""
    kept = margin - depth
    gain = np.array([one.treated_rate * kept - one.held_out_rate * margin for one in found])
    half = np.array([(one.high - one.low) / 2.0 for one in found]) * max(abs(kept), abs(margin))
    weight = np.array([float(one.people) for one in found])
    pooled = descending(gain, weight)
    return [(float(one), float(one - wide)) for one, wide in zip(pooled, half, strict=True)]


def _best(at: int, options: Mapping[float, list[tuple[float, float]]], *, cautious: bool) -> Depth:
    depth, (gain, low) = max(
        ((depth, gains[at]) for depth, gains in options.items()), key=lambda one: one[1][0]
    )
    worth = low > 0.0 if cautious else gain > 0.0
    return Depth(at + 1, depth if worth else None, gain, low)


def descending(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    weight: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[float]:
    """Return the nearest values that never rise (pool adjacent violators; Ayer and others, 1955).

    Args:
        values: float64[n].
        weight: float64[n], how much each counts.
    """
    blocks: list[tuple[float, float, int]] = []
    for value, heavy in zip(values, weight, strict=True):
        block = (float(value), float(heavy), 1)
        while blocks and blocks[-1][0] < block[0]:
            mean, mass, count = blocks.pop()
            total = mass + block[1]
            joint = (mean * mass + block[0] * block[1]) / total
            block = (joint, total, count + block[2])
        blocks.append(block)
    return [mean for mean, _, count in blocks for _ in range(count)]
