"""Scores that are made to keep their word, and the measures that say whether they do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.propensity.calibration import fit_calibration, isotonic, platt
from tailorbird.predict.propensity.judging import auc, average_precision, judged, reliability


def boasting(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return scores that are twice as sure as they should be, and what came true."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(-1.5, 1.2, count)
    happened = rng.random(count) < 1 / (1 + np.exp(-honest))
    return 2.0 * honest, happened


@pytest.mark.parametrize("way", [isotonic, platt])
def test_a_boasting_score_keeps_its_word_after_calibration(way: object) -> None:
    raw, happened = boasting(6_000)
    fresh, came = boasting(6_000, seed=2)
    found = way(raw, happened)  # type: ignore[operator]
    before = judged(1 / (1 + np.exp(-fresh)), came).ece
    after = judged(found(fresh), came).ece
    assert (before > 0.05, after < 0.02) == (True, True)


def test_calibration_leaves_the_ranks_as_they_were() -> None:
    raw, happened = boasting(3_000)
    found = fit_calibration(raw, happened)
    assert auc(found(raw), happened) == pytest.approx(auc(raw, happened), abs=1e-3)


def test_little_data_gets_the_sigmoid() -> None:
    assert fit_calibration(*boasting(300)).kind == "platt"


def test_much_data_gets_the_staircase() -> None:
    assert fit_calibration(*boasting(3_000)).kind == "isotonic"


@given(st.integers(30, 400), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_higher_score_is_never_a_lower_probability(count: int, seed: int) -> None:
    raw, happened = boasting(count, seed)
    for found in (isotonic(raw, happened), platt(raw, happened)):
        steps = found(np.linspace(raw.min() - 2, raw.max() + 2, 200))
        assert (np.diff(steps) >= -1e-12).all()
        assert (steps.min() > 0, steps.max() < 1) == (True, True)


@given(st.integers(2, 200), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_ranking_is_measured_as_scikit_learn_does(count: int, seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    happened = rng.random(count) < 0.4
    happened[:2] = [True, False]
    said = np.round(rng.random(count), 1)  # ties
    assert auc(said, happened) == pytest.approx(metrics.roc_auc_score(happened, said))
    theirs = metrics.average_precision_score(happened, said)
    assert average_precision(said, happened) == pytest.approx(theirs)


def test_groups_are_of_the_same_size_and_leave_nobody_out() -> None:
    said, happened = np.linspace(0, 1, 1_003), np.ones(1_003, bool)
    counts = [one.count for one in reliability(said, happened)]
    assert (sum(counts), max(counts) - min(counts)) == (1_003, 1)


def test_one_who_says_what_comes_true_is_off_by_nothing() -> None:
    said = np.repeat([0.0, 1.0], 50)
    assert judged(said, said > 0).ece == 0.0
