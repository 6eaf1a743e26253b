"""Which regions to treat, and what effect would be seen: tried on history, where nothing happened.

Matched markets with power by simulation, as GeoLift and Google's trimmed match do: a lift is added
to days that have passed, and the analysis that will be used is asked whether it sees it.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.measure.geo.effects import Method, conformal_p, effect_of, read_geo, weights_of
from tailorbird.measure.geo.panel import BadPanel, Panel, Trial, trial_of

LIFTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)


class Power(msgspec.Struct, frozen=True):
    """The share of tries in which a lift was seen."""

    lift: float
    seen: float


class Design(msgspec.Struct, frozen=True, rename="camel"):
    """A choice of regions, tried.

    Attributes:
        treated: Regions to treat.
        days: How long.
        share: Of all regions' numbers that the treated have.
        fit: Error of the counterfactual before over that of equal weights; smaller is better.
        bias: Mean lift found where there was none; near 0 is better.
        power: For each lift tried, 0 first: that one is the rate of false alarms.
        minimum_detectable: Least of the lifts tried that is seen with the wanted power.
        tries: How many starts in history were tried.
    """

    treated: tuple[str, ...]
    days: int
    share: float
    fit: float
    bias: float
    power: tuple[Power, ...]
    minimum_detectable: float | None
    tries: int


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a design is to allow.

    Attributes:
        days: How long the campaign will run.
        regions: How many regions to treat.
        designs: How many to return.
        candidates: How many choices to look at before the best are tried in full.
        tries: Starts in history for each.
        lifts: Lifts to try.
        alpha, power: Chances of a false alarm, and of seeing the effect.
        method: The analysis that will be used.
    """

    days: int
    regions: int = 2
    designs: int = 3
    candidates: int = 60
    tries: int = 20
    lifts: tuple[float, ...] = LIFTS
    alpha: float = 0.1
    power: float = 0.8
    method: Method = "synthetic_control"


def designs(history: Panel, wanted: Wanted, rng: np.random.Generator) -> list[Design]:
    """Return the best choices of regions, those that see the smallest lift first.

    Candidates are drawn by strata of size, so that treated regions are neither all large nor all
    small; the best by fit are tried in full.

    Args:
        history: Days on which nothing happened.
        wanted: What it is for.
        rng: Luck of the draws.

    Raises:
        BadPanel: history is too short, or there are too few regions.
    """
    if len(history.days) < 3 * wanted.days + wanted.tries // 4:
        raise BadPanel(f"{len(history.days)} days of history are too few for {wanted.days} days.")
    if len(history.regions) < wanted.regions + 2:
        raise BadPanel(f"There are too few regions to treat {wanted.regions}.")
    drawn = dict.fromkeys(
        tuple(sorted(stratified(history, wanted.regions, rng))) for _ in range(wanted.candidates)
    )
    ranked = sorted(drawn, key=lambda treated: _imbalance(history, treated, wanted))
    found = [tried(history, treated, wanted) for treated in ranked[: 2 * wanted.designs]]
    found.sort(key=lambda one: (one.minimum_detectable or np.inf, one.fit))
    return found[: wanted.designs]


def stratified(history: Panel, regions: int, rng: np.random.Generator) -> list[str]:
    """Return regions drawn at random, one from each of as many strata of size."""
    order = np.argsort(-history.values.mean(axis=1), kind="stable")
    strata = np.array_split(order, regions)
    return [history.regions[int(rng.choice(stratum))] for stratum in strata]


def tried(history: Panel, treated: Sequence[str], wanted: Wanted) -> Design:
    """Return a choice of regions with its power, by lifts added to history.

    Raises:
        BadPanel: a region is unknown.
    """
    starts = list(_starts(history, wanted))
    trials = [_cut(history, treated, start, wanted.days) for start in starts]
    power = tuple(
        Power(lift, float(np.mean([_sees(one, lift, wanted) for one in trials])))
        for lift in wanted.lifts
    )
    enough = [one.lift for one in power if one.lift > 0.0 and one.seen >= wanted.power]
    ours = np.isin(history.regions, list(treated))
    reading = read_geo(trials[-1], wanted.method, wanted.alpha)
    return Design(
        treated=tuple(treated),
        days=wanted.days,
        share=float(history.values[ours].sum() / history.values.sum()),
        fit=reading.fit,
        bias=float(np.mean([_lift_of(one, wanted.method) for one in trials])),
        power=power,
        minimum_detectable=min(enough, default=None),
        tries=len(trials),
    )


def _starts(history: Panel, wanted: Wanted) -> Iterator[int]:
    last = len(history.days) - wanted.days
    first = max(2 * wanted.days, last - wanted.tries + 1)
    yield from range(first, last + 1)


def _cut(history: Panel, treated: Sequence[str], start: int, days: int) -> Trial:
    end = start + days
    part = Panel(history.regions, history.days[:end], history.values[:, :end])
    return trial_of(part, treated, history.days[start])


def _lifted(trial: Trial, lift: float) -> Trial:
    step: NDArray[np.float64] = np.ones(len(trial.treated))
    step[trial.start :] += lift
    return msgspec.structs.replace(trial, treated=trial.treated * step)


def _sees(trial: Trial, lift: float, wanted: Wanted) -> bool:
    return conformal_p(_lifted(trial, lift), wanted.method, 0.0) <= wanted.alpha


def _lift_of(trial: Trial, method: Method) -> float:
    effect = effect_of(trial, weights_of(trial, method))
    return effect / (float(trial.treated[trial.start :].mean()) - effect)


def _imbalance(history: Panel, treated: Sequence[str], wanted: Wanted) -> float:
    """Return the error of the counterfactual before the last days, beside the treated's size."""
    trial = _cut(history, treated, len(history.days) - wanted.days, wanted.days)
    weights = weights_of(trial, wanted.method)
    gaps = trial.treated - weights @ trial.donors
    return float(gaps[: trial.start].std() / trial.treated.mean())
