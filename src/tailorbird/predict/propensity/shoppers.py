"""Purchase intent put to the test on the visits of the Online Shoppers data set, by five folds.

Sakar, Polat, Katircioglu and Kastro, "Real-time prediction of online shoppers' purchasing
intention" (2018): one row a visit, labeled with whether it ended in a purchase. `PageValues`
nearly leaks the label, since it is worked out from purchases: so all is measured without it too.
"""

from __future__ import annotations

import csv
import gzip
import importlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tailorbird.predict.evaluation.readers import NoSuchData
from tailorbird.predict.propensity.fitting import fit_propensity
from tailorbird.predict.propensity.judging import Judged, judged
from tailorbird.predict.propensity.tables import (
    Floats,
    Table,
    Truths,
    encoded,
    learn_words,
)

FILE = "models/online_shoppers_intention_70.csv.gz"
FOLDS = 5
LEAK = "PageValues"
_COUNTS = ("Administrative", "Informational", "ProductRelated")
_NUMBERS = (
    *_COUNTS,
    *(f"{name}_Duration" for name in _COUNTS),
    "BounceRates",
    "ExitRates",
    LEAK,
    "SpecialDay",
)
_WORDS = ("Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend")


class ShopperMarks(msgspec.Struct, frozen=True, rename="camel"):
    """What came out, with all columns and without `PageValues`.

    Attributes:
        name: which columns.
        judged: calibrated, all folds together.
        raw: the same before calibration.
        rival: scikit-learn's gradient boosting as it comes, on the same folds; None where it is
            not installed.
    """

    name: str
    judged: Judged
    raw: Judged
    rival: Judged | None


def examine_shoppers(root: Path, seed: int = 0) -> list[ShopperMarks]:
    """Return what the model is worth, with all columns first.

    Args:
        root: the folder that holds `models/`.
        seed: luck of folds and bagging.

    Raises:
        NoSuchData: the file is not there.
        ModelsMissing: LightGBM is not installed.
    """
    table, bought = read_shoppers(root / FILE)
    return [
        _folds("all columns", table, bought, seed),
        _folds(f"without {LEAK}", table.without(LEAK), bought, seed),
    ]


def read_shoppers(path: Path) -> tuple[Table, Truths]:
    """Return the visits, and which ended in a purchase.

    Beside the file's own columns: seconds a page of each kind, and pages of all kinds.
    """
    if not path.is_file():
        raise NoSuchData(f"there is no {path}", remedy="Name the folder with --data-root.")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = {name: np.array([float(row[name]) for row in rows]) for name in _NUMBERS}
    made = {
        f"{name}_Pace": plain[f"{name}_Duration"] / np.maximum(plain[name], 1.0) for name in _COUNTS
    }
    columns = {
        **plain,
        **made,
        "Pages": sum((plain[name] for name in _COUNTS), np.zeros(len(rows))),
    }
    words = tuple([row[name] for row in rows] for name in _WORDS)
    bought = np.array([row["Revenue"].upper() == "TRUE" for row in rows])
    return Table((*columns, *_WORDS), np.column_stack(list(columns.values())), words), bought


def _folds(name: str, table: Table, bought: Truths, seed: int) -> ShopperMarks:
    fold = np.random.default_rng(seed).permutation(len(table)) % FOLDS
    said, raw, rivals = (np.empty(len(table)) for _ in range(3))
    rival = _rival()
    for one in range(FOLDS):
        inside, outside = np.flatnonzero(fold == one), np.flatnonzero(fold != one)
        model = fit_propensity(table.at(outside), bought[outside], seed)
        said[inside] = model.probabilities(table.at(inside))
        raw[inside] = _plain(model.log_odds(table.at(inside)))
        if rival is not None:
            rows = encoded(table, learn_words(table.at(outside), bought[outside]))
            fitted = rival(random_state=seed).fit(rows[outside], bought[outside])
            rivals[inside] = fitted.predict_proba(rows[inside])[:, 1]
    theirs = None if rival is None else judged(rivals, bought)
    return ShopperMarks(name, judged(said, bought), judged(raw, bought), theirs)


def _rival() -> Any:  # noqa: ANN401 - scikit-learn is an extra and has no types here
    try:
        return importlib.import_module("sklearn.ensemble").HistGradientBoostingClassifier
    except ModuleNotFoundError:
        return None


def _plain(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
