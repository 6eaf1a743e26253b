"""Learning a propensity: trees, how many of them, and a calibration, each on rows of its own.

The rows are parted into five blocks. What trees of four blocks say of the fifth chooses among a few
settings and teaches the calibration; then trees are grown on all rows. The last fifth, the newest
rows where time is known, is answered by a model that was made of the rest in the very same way, and
these answers are judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.propensity.calibration import Calibration, fit_calibration
from tailorbird.predict.propensity.judging import judged
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.tables import Floats, Table, Truths, encoded, learn_words
from tailorbird.predict.propensity.trees import flattened, lightgbm
from tailorbird.spine.errors import TailorbirdError

LEAST_ROWS = 200
LEAST_OF_EACH = 20
BLOCKS = 5
_BAGS = 4
_TAIL = 0.2

_COMMON: Mapping[str, Any] = {
    "objective": "binary",
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "learning_rate": 0.05,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 30,
    "feature_pre_filter": False,
}
_LADDER: tuple[tuple[Mapping[str, Any], int], ...] = (
    ({"num_leaves": 4}, 120),
    ({"num_leaves": 7}, 150),
    ({"num_leaves": 15, "lambda_l2": 5.0}, 120),
)
"""Settings to choose among, and how many trees each grows."""

Blocks = NDArray[np.int64]


class TooFewRows(TailorbirdError):
    """There is too little to learn a propensity from."""

    status = 409
    remedy = "Collect or import more events; until then no probability is given."


class OneClass(TailorbirdError):
    """All rows came out the same, so there is nothing to tell apart."""

    status = 409
    remedy = "Import orders too: is `Order Completed` sent, with the ids of the visits before it?"


class NothingVaries(TailorbirdError):
    """No feature differs between rows, so there is nothing to go by."""

    status = 409
    remedy = "Look at the events: do they carry items, times and visitors of their own?"


class Tail(NamedTuple):
    """The last rows, asked of a model that was made of the rest in the very same way.

    Attributes:
        rows: int64[n], which; none where they all came out the same.
        said: float64[n], the probabilities.
    """

    rows: Blocks
    said: Floats


def fit_propensity(
    table: Table, happened: Truths, seed: int, groups: Blocks | None = None
) -> Propensity:
    """Learn how likely it is that something happens, given a row; see `fit_and_ask`."""
    return fit_and_ask(table, happened, seed, groups)[0]


def fit_and_ask(
    table: Table, happened: Truths, seed: int, groups: Blocks | None = None
) -> tuple[Propensity, Tail]:
    """Learn how likely it is that something happens, given a row; and ask of the last rows.

    Args:
        table: what is known, a row each; in the order of time where there is one.
        happened: bool[rows], whether it did.
        seed: luck of bagging.
        groups: int64[rows], rows that belong together (of one visit) are never parted between
            blocks; each row by itself when left out.

    Raises:
        TooFewRows: fewer than 200 rows, or 20 of either outcome.
        OneClass: it always happened, or never.
        NothingVaries: every column is the same in all rows.
        ModelsMissing: LightGBM is not installed.
    """
    check_learnable(table, happened)
    groups = np.arange(len(table)) if groups is None else groups
    early, late = _parted(groups)
    first, settings = _model(table.at(early), happened[early], seed, groups[early], _LADDER)
    final, _ = _model(table, happened, seed, groups, (settings,))
    marks, tail = final.judged, Tail(late[:0], np.zeros(0))
    if 0 < happened[late].sum() < len(late):
        tail = Tail(late, first.probabilities(table.at(late)))
        marks = judged(tail.said, happened[late])
    made = Propensity(
        table.names,
        final.words,
        final.trees,
        final.calibration,
        len(table),
        float(happened.mean()),
        marks,
    )
    return made, tail


def check_learnable(table: Table, happened: Truths) -> None:
    """Refuse what cannot be learned from; see `fit_propensity`."""
    hits = int(happened.sum())
    if len(table) and hits in {0, len(table)}:
        did = "always" if hits else "never"
        raise OneClass(f"In {len(table)} rows it {did} happened: there is nothing to tell apart")
    if len(table) < LEAST_ROWS or min(hits, len(table) - hits) < LEAST_OF_EACH:
        raise TooFewRows(
            f"{len(table)} rows, in {hits} of which it happened; "
            f"{LEAST_ROWS} rows are needed, and {LEAST_OF_EACH} of either outcome"
        )
    numbers = np.nan_to_num(table.numbers, nan=-1e300)
    if not (np.ptp(numbers, axis=0) > 0).any() and all(len(set(one)) < 2 for one in table.words):
        raise NothingVaries(f"All {len(table)} rows are the same in {', '.join(table.names)}")


def _parted(groups: Blocks) -> tuple[Blocks, Blocks]:
    """Return the rows before the last fifth, and those of it whose group began in it."""
    until = int(len(groups) * (1.0 - _TAIL))
    late = np.arange(until, len(groups))
    return np.arange(until), late[~np.isin(groups[late], groups[:until])]


def _model(
    table: Table,
    happened: Truths,
    seed: int,
    groups: Blocks,
    ladder: tuple[tuple[Mapping[str, Any], int], ...],
) -> tuple[Propensity, tuple[Mapping[str, Any], int]]:
    """Return a model of all rows, and the settings that guessed the held-out blocks best."""
    numbers = np.unique(groups, return_inverse=True)[1]
    blocks = np.random.default_rng(seed).permutation(int(numbers.max()) + 1)[numbers] % BLOCKS
    guesses = [_held_out(table, happened, blocks, settings, seed) for settings in ladder]
    losses = [_loss(guess, happened) for guess in guesses]
    best = int(np.argmin(losses))
    words = learn_words(table, happened)
    bags = [_grown(encoded(table, words), happened, ladder[best], seed + n) for n in range(_BAGS)]
    calibration: Calibration = fit_calibration(guesses[best], happened)
    made = Propensity(
        table.names,
        words,
        flattened(bags),
        calibration,
        len(table),
        float(happened.mean()),
        judged(calibration(guesses[best]), happened),
    )
    return made, ladder[best]


def _held_out(
    table: Table,
    happened: Truths,
    blocks: Blocks,
    settings: tuple[Mapping[str, Any], int],
    seed: int,
) -> Floats:
    """Return float64[rows], the log-odds of each row by trees that did not see its block."""
    found = np.empty(len(table))
    for block in range(BLOCKS):
        inside, outside = np.flatnonzero(blocks == block), np.flatnonzero(blocks != block)
        if not len(inside):
            continue
        known = table.at(outside)
        words = learn_words(known, happened[outside])
        grown = _grown(encoded(known, words), happened[outside], settings, seed)
        found[inside] = flattened([grown])(encoded(table.at(inside), words))
    return found


def _grown(
    rows: Floats, happened: Truths, settings: tuple[Mapping[str, Any], int], seed: int
) -> Any:  # noqa: ANN401 - LightGBM's
    learner = lightgbm()
    chosen, rounds = settings
    data = learner.Dataset(rows, happened.astype(np.float64), params={"verbose": -1})
    return learner.train({**_COMMON, **chosen, "seed": seed}, data, rounds)


def _loss(log_odds: Floats, happened: Truths) -> float:
    return float(np.mean(np.logaddexp(0.0, log_odds) - happened * log_odds))
