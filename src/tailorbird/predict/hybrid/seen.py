"""What a ranker was asked and what it answered, as numbers on which drift can be measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.hybrid.describing import COLUMNS
from tailorbird.predict.hybrid.fitting import Lesson
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.registry.drift import Shape, shape_of

_LENGTH = COLUMNS.index("session_length")
NAMES: tuple[str, ...] = tuple(
    f"hybrid: {name}" for name in ("candidates", "best score", "lead of the best", *COLUMNS)
)
"""The values of a question: of its candidates, and of the one that is put first."""


def values_of(scores: NDArray[np.float64], rows: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the values of one question, one for each of `NAMES`.

    Args:
        scores: float64[n], of the candidates, n > 0.
        rows: float64[n, columns].
    """
    best = int(np.argmax(scores))
    lead = float(scores[best] - np.partition(scores, -2)[-2]) if len(scores) > 1 else 0.0
    return (float(len(scores)), float(scores[best]), lead, *rows[best].tolist())


def shapes_of(model: Hybrid, lessons: Sequence[Lesson]) -> tuple[Shape, ...]:
    """Return how each value was spread over questions within visits, as the watch asks them."""
    found = [
        values_of(model.scores(one.candidates.rows), one.candidates.rows)
        for one in lessons
        if len(one.candidates.codes) and one.candidates.rows[0, _LENGTH] > 0
    ]
    if not found:
        return ()
    table = np.array(found)
    return tuple(shape_of(name, table[:, place]) for place, name in enumerate(NAMES))
