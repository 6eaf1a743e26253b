"""Diagnostics of importance weights: whether a log has anything to say about a policy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FEW = 100.0  # decisions' worth of evidence under which nothing should rest on it
_THIN = 0.01
_HEAVY = 0.5
_OFF = 3.0  # standard errors
_UNSEEN = 0.01


class WeightReading(NamedTuple):
    """What the weights say of themselves.

    Attributes:
        rows: decisions in the log.
        effective: effective sample size (Kish, 1965): (sum of weights)² / sum of squares.
        mean: should be 1; away from it, the logged probabilities or the log are wrong.
        mean_error: standard error of the mean.
        largest: the largest weight.
        top_share: share of all weight that lies on the heaviest hundredth of rows.
        unseen: the evaluated policy's probability of actions that the log never shows in a slot;
            None where its whole distribution is not known.
        warnings: what to think of it, a sentence each; empty when all is well.
    """

    rows: int
    effective: float
    mean: float
    mean_error: float
    largest: float
    top_share: float
    unseen: float | None
    warnings: tuple[str, ...]


def weighed(weight: NDArray[np.float64], unseen: float | None) -> WeightReading:
    """Return the diagnostics.

    Args:
        weight: float64[n], at least two.
        unseen: share of the evaluated policy that the log cannot speak of, if known.
    """
    count = len(weight)
    total = float(weight.sum())
    squares = float((weight**2).sum())
    heaviest = np.sort(weight)[-max(count // 100, 1) :]
    reading = WeightReading(
        rows=count,
        effective=total**2 / squares if squares > 0.0 else 0.0,
        mean=total / count,
        mean_error=float(weight.std(ddof=1) / np.sqrt(count)),
        largest=float(weight.max()),
        top_share=float(heaviest.sum()) / total if total > 0.0 else 0.0,
        unseen=unseen,
        warnings=(),
    )
    return reading._replace(warnings=tuple(_warnings(reading)))


def _warnings(reading: WeightReading) -> list[str]:
    said = []
    if reading.effective < max(_FEW, _THIN * reading.rows):
        said.append(
            f"The log is worth only {reading.effective:,.0f} decisions of the evaluated policy: "
            "they hardly overlap."
        )
    if reading.top_share > _HEAVY:
        said.append(f"1 % of the rows carry {reading.top_share:.0%} of the weight.")
    if abs(reading.mean - 1.0) > _OFF * reading.mean_error + 1e-9:
        said.append(
            f"The weights' mean is {reading.mean:.3f} and should be 1: the logged probabilities "
            "are not those that were used, or the log is not whole. Prefer SNIPS or SNDR."
        )
    if reading.unseen is not None and reading.unseen > _UNSEEN:
        said.append(
            f"{reading.unseen:.1%} of the evaluated policy's choices are of actions that the log "
            "never shows; of these nothing is known."
        )
    return said
