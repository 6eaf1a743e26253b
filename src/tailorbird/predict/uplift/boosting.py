"""Gradient-boosted trees, small and tame, that all uplift learners are built from."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tailorbird.spine.errors import TailorbirdError

Floats = NDArray[np.float64]
_ROUNDS = 80
_LEAST_IN_LEAF = 20
_LEAVES_PER_TABLE = 60  # a leaf holds at least one in so many of the rows: effects are faint


class ModelsMissing(TailorbirdError):
    """Uplift needs LightGBM, which is not installed."""

    status = 500
    remedy = "Install it with `pip install 'tailorbird[models]'`."


def lightgbm() -> Any:  # noqa: ANN401 - LightGBM is an extra and has no types here
    """Return LightGBM.

    Raises:
        ModelsMissing: the extra `models` is not installed.
    """
    try:
        return importlib.import_module("lightgbm")
    except ModuleNotFoundError as error:
        raise ModelsMissing from error


class Boosted:
    """Trees that guess a number from features; a probability where the labels were 0 and 1."""

    def __init__(self, booster: Any) -> None:  # noqa: ANN401
        self._booster = booster

    def guess(self, features: Floats) -> Floats:
        """Return float64[n]."""
        return np.asarray(self._booster.predict(features, num_threads=1), dtype=np.float64)

    def text(self) -> str:
        """Return the trees in LightGBM's own text form."""
        return str(self._booster.model_to_string())

    @classmethod
    def of(cls, text: str) -> Boosted:
        """Return the trees of a text."""
        return cls(lightgbm().Booster(model_str=text))


def boosted(
    features: Floats, labels: Floats, weight: Floats | None = None, *, seed: int = 0
) -> Boosted:
    """Return trees fitted to labels; deterministic.

    Args:
        features: float64[n, d].
        labels: float64[n]; 0 and 1 are learned as a probability.
        weight: float64[n], of rows.
        seed: luck of column sampling.
    """
    library = lightgbm()
    binary = bool(np.isin(labels, (0.0, 1.0)).all())
    settings = {
        "objective": "cross_entropy" if binary else "regression",
        "num_leaves": 8,
        "learning_rate": 0.06,
        "min_data_in_leaf": max(_LEAST_IN_LEAF, len(labels) // _LEAVES_PER_TABLE),
        "lambda_l2": 5.0,
        "feature_fraction": 0.8,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
        "seed": seed,
    }
    table = library.Dataset(features, label=labels, weight=weight, free_raw_data=True)
    return Boosted(library.train(settings, table, num_boost_round=_ROUNDS))
