"""A model of propensity: from a row of features to a probability that keeps its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.propensity.calibration import Calibration
from tailorbird.predict.propensity.judging import Judged
from tailorbird.predict.propensity.tables import Floats, Table, Words, encoded
from tailorbird.predict.propensity.trees import Trees

KIND = "propensity"


@dataclass(frozen=True, slots=True)
class Propensity:
    """A fitted model.

    Attributes:
        names: of the columns that it reads, numbers first, then words.
        words: what each word says, a mapping a column of words.
        trees: from encoded row to log-odds.
        calibration: from log-odds to probability.
        learned_from: rows.
        rate: share of rows in which it happened.
        judged: on rows, the newest where time is known, that a model like it had not seen.
    """

    names: tuple[str, ...]
    words: tuple[Words, ...]
    trees: Trees
    calibration: Calibration
    learned_from: int
    rate: float
    judged: Judged

    def probabilities(self, table: Table) -> Floats:
        """Return float64[rows], the probability of each row of a table of the same columns."""
        return self.calibration(self.log_odds(table))

    def log_odds(self, table: Table) -> Floats:
        """Return float64[rows], what the trees say, before calibration."""
        return self.trees(encoded(table, self.words))

    def probability(self, values: Sequence[float | str | None]) -> float:
        """Return the probability of one row, its values in the order of `names`."""
        numbers = len(self.names) - len(self.words)
        row = np.empty((1, len(self.names)))
        row[0, :numbers] = [np.nan if one is None else float(one) for one in values[:numbers]]
        for place, known in enumerate(self.words, numbers):
            row[0, place] = known.get(str(values[place]), np.nan)
        return float(self.calibration(self.trees(row))[0])

    def save(self, folder: Path) -> None:
        """Write the model to a folder."""
        facts = {
            "names": list(self.names),
            "words": [dict(known) for known in self.words],
            "calibration": msgspec.to_builtins(self.calibration),
            "learned_from": self.learned_from,
            "rate": self.rate,
            "judged": msgspec.to_builtins(self.judged),
        }
        write_parts(folder, KIND, facts, self.trees._asdict())


def load_propensity(folder: Path) -> Propensity:
    """Read a model that `save` wrote.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged.
    """
    parts = read_parts(folder, KIND)
    whole = ("roots", "feature", "left", "right", "unknown")
    integers = {name: parts.array(name, np.int32) for name in whole}
    trees = Trees(**integers, threshold=parts.array("threshold", np.float64))
    known: Sequence[Mapping[str, float]] = parts.fact("words", list[dict[str, float]])
    return Propensity(
        names=tuple(parts.fact("names", list[str])),
        words=tuple(known),
        trees=trees,
        calibration=parts.fact("calibration", Calibration),
        learned_from=parts.fact("learned_from", int),
        rate=parts.fact("rate", float),
        judged=parts.fact("judged", Judged),
    )
