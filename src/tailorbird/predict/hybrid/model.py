"""The hybrid ranker: trees that put the candidates of all sources into one order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Pool
from tailorbird.predict.hybrid.describing import COLUMNS, Asker, Facts, described
from tailorbird.predict.hybrid.leaves import Leaves, NotTrees, leaves_of, summed
from tailorbird.predict.kernel import kernel
from tailorbird.predict.model_files import ModelUnreadable, read_parts, write_parts
from tailorbird.predict.plain import Plain
from tailorbird.predict.propensity.trees import Trees

_KIND = "hybrid"
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Trees over the rows of `described`.

    Attributes:
        trees: their sum orders candidates; it is no probability.
        leaves: the same trees, as they are asked.

    Raises:
        NotTrees: the trees cannot be asked.
    """

    trees: Trees
    leaves: Leaves = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaves", leaves_of(self.trees, len(COLUMNS)))

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n], what the trees say of rows float64[n, columns] without NaN."""
        return summed(self.leaves, np.ascontiguousarray(rows.T))

    def weighed(self, pool: Pool, asker: Asker, facts: Facts) -> Pool:
        """Return the candidates, each once, weighed from 1 for the best down to above 0.

        Args:
            pool: candidates of all sources, drawn with weights of 1.
            asker: who asks.
            facts: of the items.
        """
        found = _weighed(tuple(pool), tuple(asker), tuple(facts), tuple(self.leaves))
        return Pool(*found)

    def save(self, folder: Path) -> None:
        """Write the model to a folder."""
        write_parts(folder, _KIND, {"columns": list(COLUMNS)}, self.trees._asdict())


def load_hybrid(folder: Path) -> Hybrid:
    """Read a model from its folder.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged, or reads other columns than this release makes.
    """
    parts = read_parts(folder, _KIND)
    if tuple(parts.fact("columns", list[str])) != COLUMNS:
        raise ModelUnreadable(f"{folder}: the hybrid ranker reads other columns than there are")
    whole, real = np.int32, np.float64
    trees = Trees(
        parts.array("roots", whole),
        parts.array("feature", whole),
        parts.array("threshold", real),
        parts.array("left", whole),
        parts.array("right", whole),
        parts.array("unknown", whole),
    )
    try:
        return Hybrid(trees)
    except NotTrees as cause:
        raise ModelUnreadable(
            f"{folder}: these are no trees of a hybrid ranker: {cause}"
        ) from cause


@kernel
def _weighed(pool: Plain, asker: Plain, facts: Plain, leaves: Plain) -> Plain:
    """Describe, sum and weigh in one call: each way into machine code costs as much as ten rows."""
    found = described(Pool(*pool), Asker(*asker), Facts(*facts))
    scores = summed(Leaves(*leaves), np.ascontiguousarray(found.rows.T))
    best = scores[0] if len(scores) else 0.0
    for score in scores:
        best = max(best, score)
    shares = np.empty(len(scores), np.float32)
    for row in range(len(scores)):
        shares[row] = max(np.exp(scores[row] - best), _LEAST)
    return found.codes, shares, found.sources
