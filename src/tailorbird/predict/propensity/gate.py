"""The gate of purchase intent: a model that foretells worse than the one that serves stays out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.propensity.judging import auc, judged
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.tables import Floats, Table, Truths, encoded
from tailorbird.predict.registry.card import Measurement, Verdict
from tailorbird.predict.registry.drift import Shape, shape_of
from tailorbird.predict.registry.gate import LEAST_QUESTIONS, judged_by, kept_up

MOST_LOST = 0.005
"""Mean squared error that a model may lose, however wide the interval."""
_MOST_AUC_LOST, _MOST_ECE_LOST = 0.02, 0.02
_ROUNDS = 100
_SHAPED = 5_000
UNKNOWN = -1.0
"""What stands for a value that is not known, where drift is measured."""
PROBABILITY = "intent: probability"


def intent_verdicts(
    ours: Floats, champion: Floats, happened: Truths, rng: np.random.Generator
) -> list[Verdict]:
    """Return what the gate says of squared error (Brier), AUC and calibration (ECE).

    Args:
        ours: float64[n], probabilities of a twin that never saw these rows.
        champion: float64[n], those of the model that serves.
        happened: bool[n].
        rng: luck of the bootstrap.
    """
    truth = happened.astype(np.float64)
    merits = 1.0 - (ours - truth) ** 2, 1.0 - (champion - truth) ** 2
    found = [judged_by("intent 1 - brier", *merits, MOST_LOST, rng)]
    if len(ours) < LEAST_QUESTIONS or not 0 < happened.sum() < len(happened):
        return found
    mine, theirs = judged(ours, happened), judged(champion, happened)
    count = len(ours)
    return [
        *found,
        kept_up("intent auc", mine.auc, theirs.auc, _MOST_AUC_LOST, count),
        kept_up("intent 1 - ece", 1.0 - mine.ece, 1.0 - theirs.ece, _MOST_ECE_LOST, count),
    ]


def intent_metrics(
    said: Floats, happened: Truths, rng: np.random.Generator
) -> dict[str, Measurement]:
    """Return AUC, Brier and ECE with 95 % bootstrap intervals; nothing without rows."""
    if not len(said) or not 0 < happened.sum() < len(happened):
        return {}
    measures: dict[str, Callable[[Floats, Truths], float]] = {
        "intent auc": auc,
        "intent brier": lambda one, truth: float(np.mean((one - truth) ** 2)),
        "intent ece": lambda one, truth: judged(one, truth).ece,
    }
    draws = [rng.integers(0, len(said), len(said)) for _ in range(_ROUNDS)]
    draws = [one for one in draws if 0 < happened[one].sum() < len(one)]
    found = {}
    for name, measure in measures.items():
        values = [measure(said[one], happened[one]) for one in draws]
        low, high = np.percentile(values, [2.5, 97.5])
        found[name] = Measurement(measure(said, happened), float(low), float(high))
    return found


def intent_names(model: Propensity) -> tuple[str, ...]:
    """Return the names of the values that drift is measured on, one a column of `intent_values`."""
    return (*(f"intent: {name}" for name in model.names), PROBABILITY)


def intent_values(model: Propensity, table: Table) -> NDArray[np.float64]:
    """Return float64[rows, columns + 1]: features, words as what they say, then probabilities."""
    rows = np.nan_to_num(encoded(table, model.words), nan=UNKNOWN)
    return np.column_stack([rows, model.probabilities(table)])


def intent_shapes(model: Propensity, table: Table) -> tuple[Shape, ...]:
    """Return how features and probabilities were spread over the newest rows."""
    late = table.at(np.arange(max(0, len(table) - _SHAPED), len(table)))
    values = intent_values(model, late)
    return tuple(shape_of(name, values[:, at]) for at, name in enumerate(intent_names(model)))
