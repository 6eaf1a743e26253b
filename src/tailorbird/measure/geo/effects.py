"""The effect of a campaign on regions: synthetic control and difference in differences.

Synthetic control: Abadie, Diamond and Hainmueller (JASA 2010), on series from which each region's
own mean before the start is taken (Doudchenko and Imbens 2016; Ferman and Pinto 2021), as GeoLift
does. Intervals and p-values are conformal, by moving blocks (Chernozhukov, Wüthrich and Zhu, "An
exact and robust conformal inference method for counterfactual and synthetic controls", JASA 2021).
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.measure.geo.panel import Trial
from tailorbird.measure.geo.simplex import shares
from tailorbird.measure.reading import Interval

Method = Literal["synthetic_control", "difference_in_differences"]
Floats = NDArray[np.float64]

_GRID = 41
_HALVINGS = 12


class GeoReading(msgspec.Struct, frozen=True, rename="camel"):
    """A campaign by region, read.

    Attributes:
        method: How the counterfactual was made.
        effect: A region's mean effect a day (the ATT).
        interval: Of that effect, for a constant effect.
        lift: Effect over the counterfactual.
        incremental: Effect over all treated regions and days.
        p_value: Of no effect, conformal.
        placebo_p: Share of regions, this one among them, with as large an effect for their fit.
        fit: Error before the start over that of equal weights; 0 is perfect, 1 no better.
        weights: Of the controls, the largest first; those of 0 are left out.
        says: The same in a sentence.
    """

    method: Method
    effect: float
    interval: Interval
    lift: float
    incremental: float
    p_value: float
    placebo_p: float
    fit: float
    weights: dict[str, float]
    says: str


def read_geo(trial: Trial, method: Method = "synthetic_control", alpha: float = 0.05) -> GeoReading:
    """Return the effect of a campaign.

    Args:
        trial: The treated mean and the controls.
        method: How the counterfactual is made.
        alpha: One minus the interval's confidence.
    """
    weights = weights_of(trial, method)
    effect = effect_of(trial, weights)
    days = len(trial.treated) - trial.start
    counterfactual = float(trial.treated[trial.start :].mean()) - effect
    lift = effect / counterfactual if counterfactual else 0.0
    p_value = conformal_p(trial, method, 0.0)
    interval = conformal_interval(trial, method, alpha)
    order = np.argsort(-weights)
    return GeoReading(
        method=method,
        effect=effect,
        interval=interval,
        lift=lift,
        incremental=effect * days * trial.regions,
        p_value=p_value,
        placebo_p=placebo_p(trial, method),
        fit=_fit(trial, weights),
        weights={trial.names[at]: float(weights[at]) for at in order if weights[at] > 1e-6},
        says=_says(effect * days * trial.regions, lift, p_value, alpha),
    )


def weights_of(trial: Trial, method: Method) -> Floats:
    """Return the controls' weights, from the days before the start alone."""
    before = slice(None, trial.start)
    return _weights(_apart(trial.donors, before)[:, before], _own(trial, before)[before], method)


def effect_of(trial: Trial, weights: Floats) -> float:
    """Return the mean a day of what the treated have more than their counterfactual."""
    before = slice(None, trial.start)
    gaps = _own(trial, before) - weights @ _apart(trial.donors, before)
    return float(gaps[trial.start :].mean())


def conformal_p(trial: Trial, method: Method, effect: float) -> float:
    """Return the p-value of a constant effect: weights are fitted to all days as if it were true.

    Residuals are then exchangeable by moving blocks; the p-value is the share of cyclic shifts
    whose treated days stand out as much.
    """
    return _Shifts(trial, method).p_value(effect)


def conformal_interval(trial: Trial, method: Method, alpha: float) -> Interval:
    """Return all effects that the days do not rule out; without end where none is ruled out."""
    shifts, center = _Shifts(trial, method), effect_of(trial, weights_of(trial, method))
    gaps = _own(trial, slice(None, trial.start))[: trial.start]
    spread = float(gaps.std()) or abs(center) or 1.0
    spread = max(spread, abs(center)) / 4.0
    ends = [_edge(shifts, center, sign * spread, alpha) for sign in (-1.0, 1.0)]
    return Interval(ends[0], ends[1])


def placebo_p(trial: Trial, method: Method) -> float:
    """Return the share of regions whose effect is as large beside their error before the start.

    Each control is treated in turn as if the campaign had been there (Abadie et al., 2010).
    """
    own = _standing_out(trial, method)
    others = [_standing_out(_in_turn(trial, at), method) for at in range(len(trial.names))]
    return (1 + sum(one >= own for one in others)) / (1 + len(others))


class _Shifts:
    """Residuals under an assumed effect, all days fitted; what needs no effect is done once."""

    def __init__(self, trial: Trial, method: Method) -> None:
        self._method: Method = method
        self._start = trial.start
        self._donors = _apart(trial.donors, slice(None))
        self._gram = self._donors @ self._donors.T
        self._treated = trial.treated
        self._step = (np.arange(len(trial.treated)) >= trial.start).astype(np.float64)

    def p_value(self, effect: float) -> float:
        own = self._treated - effect * self._step
        own = own - own.mean()
        if self._method == "synthetic_control":
            weights = shares(self._gram, self._donors @ own)
        else:
            weights = np.full(len(self._donors), 1.0 / len(self._donors))
        gaps = own - weights @ self._donors
        days, span = len(gaps), len(gaps) - self._start
        sums = np.concatenate([[0.0], np.cumsum(np.concatenate([gaps, gaps[: span - 1]]))])
        blocks = np.abs(sums[span:] - sums[:-span])
        return float((blocks >= blocks[self._start] * (1.0 - 1e-9)).sum() / days)


def _edge(shifts: _Shifts, center: float, step: float, alpha: float) -> float | None:
    """Return the effect nearest to the center that is ruled out on one side."""
    inside, outside = center, center
    for _ in range(_GRID):
        outside = inside + step
        if shifts.p_value(outside) <= alpha:
            break
        inside, step = outside, step * 1.3
    else:
        return None
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2.0
        if shifts.p_value(middle) <= alpha:
            outside = middle
        else:
            inside = middle
    return outside


def _weights(donors: Floats, own: Floats, method: Method) -> Floats:
    if method == "difference_in_differences":
        return np.full(len(donors), 1.0 / len(donors))
    return shares(donors @ donors.T, donors @ own)


def _apart(series: Floats, over: slice) -> Floats:
    return np.asarray(series - series[:, over].mean(axis=1, keepdims=True), np.float64)


def _own(trial: Trial, over: slice) -> Floats:
    return np.asarray(trial.treated - trial.treated[over].mean(), np.float64)


def _in_turn(trial: Trial, at: int) -> Trial:
    others = np.delete(trial.donors, at, axis=0)
    names = tuple(name for place, name in enumerate(trial.names) if place != at)
    return Trial(trial.donors[at], others, names, trial.start, 1)


def _standing_out(trial: Trial, method: Method) -> float:
    weights = weights_of(trial, method)
    error = _error(trial, weights)
    return abs(effect_of(trial, weights)) / error if error > 0.0 else np.inf


def _error(trial: Trial, weights: Floats) -> float:
    before = slice(None, trial.start)
    gaps = _own(trial, before)[before] - weights @ _apart(trial.donors, before)[:, before]
    return float(np.sqrt(np.mean(gaps**2)))


def _fit(trial: Trial, weights: Floats) -> float:
    even = _error(trial, np.full(len(weights), 1.0 / len(weights)))
    return _error(trial, weights) / even if even > 0.0 else 0.0


def _says(incremental: float, lift: float, p_value: float, alpha: float) -> str:
    if p_value > alpha:
        return f"No effect is shown: {lift:+.1%}, which chance makes as well (p = {p_value:.2g})."
    return f"{incremental:+,.0f} in all, {lift:+.1%} (p = {p_value:.2g})."
