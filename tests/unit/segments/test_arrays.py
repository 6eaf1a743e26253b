"""The arithmetic of groups: silhouettes, matching, agreement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.segments.clustering import clusters_of, nearest, settled, silhouette
from tailorbird.segments.matching import agreement, matched

labels = st.lists(st.integers(0, 3), min_size=4, max_size=60)


def heaps(count: int = 300, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return points in three heaps, and which heap each is of."""
    rng = np.random.default_rng(seed)
    heap = rng.integers(0, 3, count)
    middles = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])
    return middles[heap] + rng.normal(0, 0.7, (count, 2)), heap


def test_as_many_groups_are_found_as_there_are() -> None:
    points, heap = heaps()
    found = clusters_of(points, np.random.default_rng(0))
    assert agreement(nearest(points, found.centroids), heap) > 0.99


def test_groups_of_before_are_kept_where_they_fit() -> None:
    points, _ = heaps()
    before = np.array([[0.0, 6.0], [0.0, 0.0], [6.0, 0.0]])
    found = clusters_of(points, np.random.default_rng(0), before)
    assert np.abs(found.centroids - before).max() < 0.5


def test_groups_of_before_go_where_they_do_not() -> None:
    points, _ = heaps()
    before = np.array([[0.0, 0.0], [100.0, 100.0]])
    assert len(clusters_of(points, np.random.default_rng(0), before).centroids) == 3


def test_who_is_between_two_groups_stays() -> None:
    centroids, point = np.array([[0.0], [1.0]]), np.array([[0.51]])
    assert settled(point, centroids, np.array([0]), 0.1).tolist() == [0]
    assert settled(point, centroids, np.array([-1]), 0.1).tolist() == [1]


def test_who_is_clearly_in_the_other_changes_over() -> None:
    centroids, point = np.array([[0.0], [1.0]]), np.array([[0.7]])
    assert settled(point, centroids, np.array([0]), 0.1).tolist() == [1]


def test_todays_groups_are_found_among_yesterdays() -> None:
    before = np.array([[0.0, 0.0], [5.0, 5.0]])
    now = np.array([[5.1, 5.0], [0.2, 0.0], [50.0, 50.0]])
    assert matched(before, now, farthest=2.0) == {0: 1, 1: 0}


@given(labels)
@settings(max_examples=50, deadline=None)
def test_a_parting_agrees_with_itself_whatever_its_names(groups: list[int]) -> None:
    one = np.array(groups)
    assert agreement(one, 7 - one) == pytest.approx(1.0)


@given(labels, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_agreement_is_scikit_learns(groups: list[int], luck: object) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    one = np.array(groups)
    other = np.random.default_rng(len(groups)).integers(0, 3, len(one))
    assert agreement(one, other) == pytest.approx(metrics.adjusted_rand_score(one, other))


def test_silhouette_is_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    points, heap = heaps(120)
    assert silhouette(points, heap) == pytest.approx(metrics.silhouette_score(points, heap))
