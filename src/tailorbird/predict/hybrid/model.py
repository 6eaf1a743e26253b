"""The hybrid ranker: trees that put the candidates of all sources into one order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Pool
from tailorbird.predict.hybrid.describing import COLUMNS, Asker, Facts, described
from tailorbird.predict.kernel import kernel
from tailorbird.predict.model_files import ModelUnreadable, read_parts, write_parts
from tailorbird.predict.propensity.trees import Trees

_KIND = "hybrid"


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Trees over the rows of `described`.

    Attributes:
        trees: their sum orders candidates; it is no probability.
    """

    trees: Trees

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n], what the trees say of rows float64[n, columns] without NaN."""
        return _summed(self.trees, rows)

    def weighed(self, pool: Pool, asker: Asker, facts: Facts) -> Pool:
        """Return the candidates, each once, weighed from 1 for the best down to above 0.

        Args:
            pool: candidates of all sources, drawn with weights of 1.
            asker: who asks.
            facts: of the items.
        """
        found = described(pool, asker, facts)
        if not len(found.codes):
            return pool
        scores = self.scores(found.rows)
        shares = np.exp(scores - scores.max()).astype(np.float32)
        return Pool(found.codes, np.maximum(shares, np.float32(1e-9)), found.sources)

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
    return Hybrid(
        Trees(
            parts.array("roots", whole),
            parts.array("feature", whole),
            parts.array("threshold", real),
            parts.array("left", whole),
            parts.array("right", whole),
            parts.array("unknown", whole),
        )
    )


@kernel
def _summed(trees: Trees, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Walk tree by tree, so that one tree's few nodes stay at hand for all rows."""
    found = np.zeros(len(rows))
    for root in trees.roots:
        for row in range(len(rows)):
            node = root
            while trees.feature[node] >= 0:
                low = rows[row, trees.feature[node]] <= trees.threshold[node]
                node = trees.left[node] if low else trees.right[node]
            found[row] += trees.threshold[node]
    return found
