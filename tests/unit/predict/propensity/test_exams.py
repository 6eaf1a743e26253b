"""Purchase intent on public data: as good as was measured elsewhere, and keeping its word."""

import os
from functools import cache
from pathlib import Path

import pytest

from tailorbird.predict.propensity.intent_exam import IntentMarks, examine_intent
from tailorbird.predict.propensity.shoppers import ShopperMarks, examine_shoppers

pytest.importorskip("lightgbm")

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[5] / "shared" / "data"))
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
    ),
]


@cache
def shoppers() -> list[ShopperMarks]:
    """Return the marks on Online Shoppers, all columns first."""
    return examine_shoppers(DATA)


@cache
def acts() -> IntentMarks:
    """Return the marks on RetailRocket."""
    return examine_intent(DATA)


@pytest.mark.parametrize("place", [0, 1])
def test_visits_are_given_probabilities_that_come_true(place: int) -> None:
    assert shoppers()[place].judged.ece <= 0.02


@pytest.mark.parametrize("place", [0, 1])
def test_a_rival_on_the_same_folds_is_not_better(place: int) -> None:
    marks = shoppers()[place]
    if marks.rival is None:
        pytest.skip("scikit-learn is not installed")
    assert marks.judged.auc > marks.rival.auc
    assert marks.judged.brier < marks.rival.brier


def test_whole_visits_are_ranked_as_well_as_was_measured_elsewhere() -> None:
    marks = shoppers()[0].judged
    assert (round(marks.auc, 2), round(marks.brier, 3)) == (0.93, 0.068)


def test_acts_are_given_probabilities_that_come_true() -> None:
    assert acts().judged.ece <= 0.02


def test_acts_are_ranked_better_than_by_their_stage() -> None:
    assert acts().judged.auc > acts().floor.auc + 0.05
