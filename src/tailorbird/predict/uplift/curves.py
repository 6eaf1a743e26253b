"""How well an ordering by uplift finds those whom the treatment moves: Qini, AUUC, deciles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.trial import Trial

ROUNDS = 400
DECILES = 10
_Z = 1.959963984540054
Floats = NDArray[np.float64]


class Ordering(NamedTuple):
    """How good an ordering is, with 95 % bootstrap intervals over people.

    Attributes:
        qini: the area between the Qini curve and the line of a random order, as a share of the
            area that a perfect order of 0/1 outcomes would have (Radcliffe, 2007); for other
            outcomes, as a share of the triangle under the line itself.
        qini_deviation: standard deviation over the bootstrap.
        auuc: the area under the uplift curve: gained outcomes a person, on average over the
            share of people who are treated, best first; half of the average effect at random.
        curve: float64[101], gained outcomes a person when the best k % are treated.
    """

    qini: Measured
    qini_deviation: float
    auuc: Measured
    curve: Floats


class Decile(NamedTuple):
    """A tenth of the people, ordered by predicted uplift; 1 has the highest.

    Attributes:
        decile: 1 to 10.
        people: how many.
        predicted: their mean predicted effect.
        treated, held_out: their mean outcome by arm.
        measured: the difference, with a 95 % normal interval.
    """

    decile: int
    people: int
    predicted: float
    treated: float
    held_out: float
    measured: Measured


def ordering(trial: Trial, score: Floats, rng: np.random.Generator) -> Ordering:
    """Return how good the order by a score is.

    Args:
        trial: people whose score was told by a model that never saw them.
        score: float64[n], predicted effects.
        rng: luck of ties and of the bootstrap.
    """
    order = np.lexsort((rng.random(len(trial)), -score))
    best = trial.rows(order)
    perfect = _perfect(trial, rng)
    ones = np.ones(len(trial))
    area, curve = _areas(best, ones)
    limit = _areas(perfect, ones)[0][0] if perfect is not None else abs(curve[-1]) / 2.0
    drawn = np.empty((ROUNDS, 2))
    chances = ones / len(trial)
    for round_ in range(ROUNDS):
        count = rng.multinomial(len(trial), chances).astype(np.float64)
        drawn[round_] = _areas(best, count)[0]
    scale = 1.0 / limit if limit > 0.0 else 0.0
    qini = drawn[:, 0] * scale
    return Ordering(
        _measured(float(area[0]) * scale, qini),
        float(qini.std(ddof=1)),
        _measured(float(area[1]), drawn[:, 1]),
        curve[np.linspace(0, len(curve) - 1, 101).astype(np.int64)],
    )


def compared(trial: Trial, ours: Floats, theirs: Floats, rng: np.random.Generator) -> Measured:
    """Return by how much the Qini of our order is above that of theirs, on the same people.

    Args:
        trial: people whom neither has seen.
        ours: float64[n], predicted effects.
        theirs: float64[n], those of the other model.
        rng: luck of ties and of the bootstrap, which draws people for both at once.
    """
    ties = rng.random(len(trial))
    orders = [np.lexsort((ties, -score)) for score in (ours, theirs)]
    best = [trial.rows(order) for order in orders]
    perfect, ones = _perfect(trial, rng), np.ones(len(trial))
    limit = _areas(perfect or best[0], ones)[0][0]
    scale = 1.0 / limit if limit > 0.0 else 0.0
    drawn = np.empty(ROUNDS)
    for round_ in range(ROUNDS):
        count = rng.multinomial(len(trial), ones / len(trial)).astype(np.float64)
        mine, other = (
            _areas(one, count[order])[0][0] for one, order in zip(best, orders, strict=True)
        )
        drawn[round_] = (mine - other) * scale
    value = (_areas(best[0], ones)[0][0] - _areas(best[1], ones)[0][0]) * scale
    return _measured(float(value), drawn)


def tenths(score: Floats) -> NDArray[np.int64]:
    """Return int64[n], the tenth of each by a score: 1 is the highest."""
    places = np.argsort(np.argsort(-score, kind="stable"), kind="stable")
    return np.asarray(places * DECILES // max(len(score), 1) + 1, dtype=np.int64)


def deciles(trial: Trial, score: Floats) -> list[Decile]:
    """Return predicted and measured effects by tenths of the score, the highest first."""
    places, made = tenths(score), []
    for each in range(1, DECILES + 1):
        part = trial.rows(places == each)
        held_out, held_variance = _mean(part, treated=False)
        treated, variance = _mean(part, treated=True)
        gained, half = treated - held_out, _Z * float(np.sqrt(variance + held_variance))
        measured = Measured(gained, gained - half, gained + half)
        predicted = float(score[places == each].mean())
        made.append(Decile(each, len(part), predicted, treated, held_out, measured))
    return made


def average(trial: Trial) -> Measured:
    """Return the average effect: the difference of the arms' weighed means, 95 % normal."""
    held_out, held_variance = _mean(trial, treated=False)
    treated, variance = _mean(trial, treated=True)
    half = _Z * float(np.sqrt(variance + held_variance))
    return Measured(treated - held_out, treated - held_out - half, treated - held_out + half)


def _mean(trial: Trial, *, treated: bool) -> tuple[float, float]:
    """Return an arm's weighed mean (Hájek) and its variance; no number where there is nobody."""
    here = trial.treated == treated
    weight, outcome = trial.weight[here], trial.outcome[here]
    if len(outcome) < 2:
        return float("nan"), float("nan")
    mean = float(np.average(outcome, weights=weight))
    variance = float(((weight * (outcome - mean)) ** 2).sum() / weight.sum() ** 2)
    return mean, variance * len(outcome) / (len(outcome) - 1)


def _areas(best: Trial, count: Floats) -> tuple[Floats, Floats]:
    """Return Qini area and AUUC of people in order, each counted so often, and the curve.

    The curve is gained outcomes over people: treated outcomes less held-out ones, these scaled to
    as many people as are treated.
    """
    weight = best.weight * count
    treated = weight * best.treated
    held_out = weight - treated
    reached, spared = treated.cumsum(), held_out.cumsum()
    outcome = best.outcome
    ratio = np.divide(reached, spared, out=np.zeros_like(reached), where=spared > 0.0)
    gained = (treated * outcome).cumsum() - (held_out * outcome).cumsum() * ratio
    total = max(float(reached[-1]), 1e-12)
    curve = np.concatenate([[0.0], gained / total])
    share = np.concatenate([[0.0], count.cumsum() / count.sum()])
    under = float(np.trapezoid(curve, share))
    return np.array([under - float(curve[-1]) / 2.0, under]), curve


def _perfect(trial: Trial, rng: np.random.Generator) -> Trial | None:
    """Return the people in the best order that 0/1 outcomes allow, or None for other outcomes.

    First those treated who responded, then the rest, last those held out who responded.
    """
    if not bool(np.isin(trial.outcome, (0.0, 1.0)).all()):
        return None
    responded = trial.outcome == 1.0
    rank = np.where(trial.treated & responded, 0, np.where(~trial.treated & responded, 3, 1))
    rank = np.where(trial.treated & ~responded, 2, rank)
    return trial.rows(np.lexsort((rng.random(len(trial)), rank)))


def _measured(value: float, drawn: Floats) -> Measured:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Measured(float(value), float(low), float(high))
