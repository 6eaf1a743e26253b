"""What a model at work was asked and answered of late, held against how that was in training."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np

from tailorbird.predict.registry.drift import LEAST, Drift, Shape, drift_from

REMEMBERED = 2_000


class Sampled:
    """The newest rows of values of one model; a row is nobody's."""

    def __init__(self) -> None:
        self._rows: deque[tuple[float, ...]] = deque(maxlen=REMEMBERED)
        self._shapes: tuple[Shape, ...] = ()

    def begin(self, shapes: Iterable[Shape], names: Sequence[str]) -> None:
        """Forget the rows of another version, and compare with its training from now on.

        Args:
            shapes: of a card, those of its other models among them.
            names: of the values of a row, in their order.
        """
        known = {one.name: one for one in shapes}
        whole = all(name in known for name in names)
        self._shapes = tuple(known[name] for name in names) if whole else ()
        self._rows.clear()

    def add(self, row: Sequence[float]) -> None:
        """Take in the values of one question."""
        self._rows.append(tuple(row))

    def drift(self) -> tuple[Drift, ...]:
        """Return how far each value has moved; nothing before 200 rows, or where none is known."""
        if not self._shapes or len(self._rows) < LEAST:
            return ()
        values = np.array(self._rows)
        return tuple(drift_from(one, values[:, at]) for at, one in enumerate(self._shapes))
