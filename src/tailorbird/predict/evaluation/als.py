"""Matrix factorization by alternating least squares, to compare collaborative filtering with."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tailorbird.predict.ranked import Ranked, best_of
from tailorbird.predict.sessions import Codes, Sessions
from tailorbird.spine.errors import TailorbirdError

_ROUNDS = 15


class ModelsMissing(TailorbirdError):
    """The comparison with matrix factorization needs implicit, which is not installed."""

    status = 500
    remedy = "Install it with `pip install 'tailorbird[models]'`."


class Shape(NamedTuple):
    """How large the factors are, and how much more what was touched counts than what was not."""

    factors: int
    alpha: float


SHAPES = (Shape(64, 10.0), Shape(128, 10.0), Shape(128, 40.0))


@dataclass(frozen=True, slots=True)
class Factors:
    """Vectors of items; a person's is folded in from their past (Hu, Koren and Volinsky, 2008).

    Attributes:
        items: float32[items, factors].
        gram: float64[factors, factors], of the items, with the ridge on its diagonal.
        alpha: weight of what was touched.
    """

    items: NDArray[np.float32]
    gram: NDArray[np.float64]
    alpha: float

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return the k items that score best for a past."""
        mine = self.items[codes].astype(np.float64)
        left = self.gram + (self.alpha - 1.0) * mine.T @ mine
        person = np.linalg.solve(left, self.alpha * mine.sum(axis=0))
        scores = self.items @ person.astype(np.float32)
        return best_of(np.arange(len(scores), dtype=np.int32), scores, k)


def fit_als(histories: Sessions, item_count: int, shape: Shape, seed: int) -> Factors:
    """Return item factors.

    Raises:
        ModelsMissing: the extra `models` is not installed.
    """
    try:
        library: Any = importlib.import_module("implicit.als")
    except ModuleNotFoundError as error:
        raise ModelsMissing from error
    ridge = 0.1
    ones = np.ones(len(histories.items), np.float32)
    held = scipy.sparse.csr_matrix(
        (ones, histories.items, histories.offsets), shape=(len(histories), item_count)
    )
    # Threads of the linear algebra below those of the library only stand in each other's way.
    with importlib.import_module("threadpoolctl").threadpool_limits(1, "blas"):
        model = library.AlternatingLeastSquares(
            factors=shape.factors,
            regularization=ridge,
            alpha=shape.alpha,
            iterations=_ROUNDS,
            num_threads=1,
            random_state=seed,
        )
        model.fit(held, show_progress=False)
    items = np.asarray(model.item_factors, np.float32)
    whole = items.astype(np.float64)
    return Factors(items, whole.T @ whole + ridge * np.eye(shape.factors), shape.alpha)
