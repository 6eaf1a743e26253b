"""The gate turns a worse version away, and none that is as good."""

import numpy as np

from tailorbird.predict.registry.gate import Ranks, judged, metrics_of
from tests.unit.predict.registry.versions import luck


def ranks(hits: int, misses: int, place: float = 0.0) -> Ranks:
    return np.array([place] * hits + [np.inf] * misses)


def test_a_version_that_is_worse_may_not_serve() -> None:
    verdict = judged(ranks(400, 600), ranks(500, 500), luck())
    assert not verdict.passed


def test_the_reason_says_by_how_much() -> None:
    verdict = judged(ranks(400, 600), ranks(500, 500), luck())
    assert verdict.reason.startswith("hits 10.0% of questions less than 50.0%")


def test_a_version_that_is_better_may_serve() -> None:
    assert judged(ranks(600, 400), ranks(500, 500), luck()).passed


def test_an_equal_version_may_serve() -> None:
    assert judged(ranks(500, 500), ranks(500, 500), luck()).passed


def test_a_loss_of_more_than_two_points_counts_however_wide_the_interval() -> None:
    rng = np.random.default_rng(1)
    ours = np.where(rng.random(120) < 0.5, 0.0, np.inf)
    theirs = np.where(rng.random(120) < 0.5, 0.0, np.inf)
    theirs[: int(np.isinf(theirs).sum() * 0.1) + 30] = 0.0
    verdict = judged(ours, theirs, luck())
    assert verdict.difference is not None
    assert verdict.difference.value < -0.02
    assert not verdict.passed


def test_a_few_questions_decide_nothing() -> None:
    verdict = judged(ranks(0, 99), ranks(99, 0), luck())
    assert (verdict.passed, verdict.reason) == (True, "only 99 questions to compare by")


def test_the_first_version_may_serve() -> None:
    assert judged(ranks(1, 999), None, luck()).passed


def test_the_metrics_are_those_of_the_field() -> None:
    found = metrics_of(ranks(1, 1, place=3.0), luck())
    assert found["hitrate@20"].value == 0.5
    assert found["mrr@20"].value == 0.125
    assert found["ndcg@20"].value == 0.5 / np.log2(5)
