"""Trials as files: Hillstrom's e-mail campaign, and any table with a treatment and an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tailorbird.predict.evaluation.columns import UnfitTable, features, numbers, read_columns
from tailorbird.predict.uplift.trial import NoTrial, Trial

HILLSTROM = "experiments/hillstrom_mens_vs_none.csv.gz"


class Described(NamedTuple):
    """What the columns of a table mean.

    Attributes:
        treatment: the column that says who was treated.
        treated: the value in it that means treated.
        outcome: the column of outcomes, numbers.
        probability: the chance of treatment: a number, or the column that has it; None when
            nobody knows.
        without: columns that are neither features nor any of the above, such as other outcomes.
    """

    treatment: str
    treated: str
    outcome: str
    probability: str | None
    without: frozenset[str] = frozenset()


def read_trial_table(path: Path, described: Described) -> Trial:
    """Return a table as a trial; every column that is not described is a feature.

    Raises:
        UnreadableFile: there is no such file, or it is damaged.
        UnfitTable: a column is missing, or a value is no number.
        NoTrial: the chance of treatment is unknown.
    """
    columns = read_columns(path)
    if described.treatment not in columns:
        raise UnfitTable(
            f"There is no column {described.treatment!r}; there are {', '.join(columns)}."
        )
    if described.probability is None:
        raise NoTrial(f"{path.name} does not say with which probability people were treated.")
    arms = np.array([str(value) for value in columns[described.treatment]])
    used = {described.treatment, described.outcome, described.probability, *described.without}
    names, table = features(columns, frozenset(used))
    try:
        chance = np.full(len(arms), float(described.probability))
    except ValueError:
        chance = numbers(columns, described.probability)
    return Trial(
        features=table,
        names=tuple(names),
        treated=arms == described.treated,
        outcome=numbers(columns, described.outcome),
        probability=chance,
    )


def hillstrom(root: Path, outcome: str = "visit") -> Trial:
    """Return the men's e-mail against no e-mail; two of three people in the file got it.

    Args:
        root: the folder with `experiments/`.
        outcome: visit, conversion or spend.

    Raises:
        UnreadableFile: the data are not there.
    """
    others = frozenset({"visit", "conversion", "spend"} - {outcome})
    described = Described("segment", "Mens E-Mail", outcome, str(2 / 3), others)
    return read_trial_table(root / HILLSTROM, described)
