"""Logged decisions: what was known, what was done, with which probability, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.columns import (
    Columns,
    UnfitTable,
    features,
    numbers,
    read_columns,
)
from tailorbird.spine.errors import BadRequest

NAMES = {
    "action": ("action", "item_id", "item", "arm"),
    "probability": ("probability", "action_probability", "actionProbability", "propensity_score"),
    "reward": ("reward", "click", "outcome"),
    "slot": ("position", "slot"),
}
TARGET = "target_probability"
_NO_FEATURES = frozenset({"timestamp", "at", "decisionId", "exposureId", "personId", TARGET})


class BadLog(BadRequest):
    """The log of decisions cannot be evaluated."""

    remedy = (
        "Each row needs `action`, the `probability` in (0, 1] with which the logging policy chose "
        "it, and the `reward`."
    )


@dataclass(frozen=True, slots=True)
class Logged:
    """Decisions of a logging policy, one a row.

    Attributes:
        context: float64[n, d], what was known; numbers only.
        action: int64[n], codes into `actions`.
        reward: float64[n].
        probability: float64[n], of the logged action under the logging policy, in (0, 1].
        slot: int64[n], the position that was filled; 0 everywhere where there is only one.
        actions: the names of all actions.
        target: float64[n], the evaluated policy's probability of the logged action, where the
            file has it.
    """

    context: NDArray[np.float64]
    action: NDArray[np.int64]
    reward: NDArray[np.float64]
    probability: NDArray[np.float64]
    slot: NDArray[np.int64]
    actions: tuple[str, ...]
    target: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.action)

    def rows(self, chosen: NDArray[np.int64]) -> Logged:
        """Return some of the rows."""
        return Logged(
            self.context[chosen],
            self.action[chosen],
            self.reward[chosen],
            self.probability[chosen],
            self.slot[chosen],
            self.actions,
            None if self.target is None else self.target[chosen],
        )


def read_logged(path: Path, actions: tuple[str, ...] = ()) -> Logged:
    """Read logged decisions from a file: `action`, `probability`, `reward`, and the context.

    Open Bandit's column names are understood too. All further columns are context: numbers as
    they are, texts of few values as kinds.

    Args:
        path: CSV, TSV, NDJSON, JSON or Parquet, plain or gzip.
        actions: names of actions that must have the first codes, in this order.

    Raises:
        UnreadableFile: there is no such file, or it is damaged.
        UnfitTable: a column is missing, or a value is no number.
        BadLog: a probability is not in (0, 1].
    """
    columns = read_columns(path)
    names = {what: _found(columns, what) for what in NAMES}
    used = frozenset(name for name in names.values() if name is not None)
    named = [str(value) for value in columns[_needed(names, "action")]]
    every = (*actions, *sorted(set(named) - set(actions)))
    codes = {name: code for code, name in enumerate(every)}
    slots = None if names["slot"] is None else numbers(columns, names["slot"])
    logged = Logged(
        context=features(columns, used | _NO_FEATURES)[1],
        action=np.array([codes[name] for name in named], dtype=np.int64),
        reward=numbers(columns, _needed(names, "reward")),
        probability=numbers(columns, _needed(names, "probability")),
        slot=np.zeros(len(named), np.int64) if slots is None else slots.astype(np.int64),
        actions=every,
        target=numbers(columns, TARGET) if TARGET in columns else None,
    )
    checked(logged)
    return logged


def checked(logged: Logged) -> None:
    """Refuse probabilities that cannot be.

    Raises:
        BadLog: naming the first row that is wrong.
    """
    wrong = np.flatnonzero((logged.probability <= 0.0) | (logged.probability > 1.0))
    if len(wrong):
        value = float(logged.probability[wrong[0]])
        raise BadLog(f"Row {wrong[0] + 1}: the probability {value:g} is not in (0, 1].")


def _found(columns: Columns, what: str) -> str | None:
    return next((name for name in NAMES[what] if name in columns), None)


def _needed(names: dict[str, str | None], what: str) -> str:
    name = names[what]
    if name is None:
        raise UnfitTable(f"There is no column {what!r} (nor {', '.join(NAMES[what][1:])}).")
    return name
