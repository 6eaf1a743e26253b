"""The blend learns from lists which candidate comes next, and never does worse than the default."""

from itertools import pairwise

import numpy as np

from tailorbird.predict.features import NAMES, WIDTH
from tailorbird.predict.lists import Lists, ndcg
from tailorbird.predict.ranker import default_ranker, learn_ranker, score
from tailorbird.predict.sessions import offsets_of


def lists(count: int, feature: int, rng: np.random.Generator, luck: float = 0.0) -> Lists:
    """Lists in which the item that came next is the one with the largest value of a feature."""
    lengths = rng.integers(2, 12, count)
    offsets = offsets_of(lengths)
    rows = rng.normal(size=(int(offsets[-1]), WIDTH)).astype(np.float32)
    signal = rows[:, feature] + luck * rng.normal(size=len(rows))
    best = [int(np.argmax(signal[a:b])) + int(a) for a, b in pairwise(offsets)]
    return Lists(rows, offsets, np.array(best))


def test_the_blend_finds_the_feature_that_tells() -> None:
    rng = np.random.default_rng(0)
    held_out = lists(200, 7, rng)
    ranker = learn_ranker(lists(600, 7, rng), held_out, rng)
    ranks = held_out.ranks(score(ranker, held_out.rows))
    assert ndcg(ranks) > 0.9


def test_the_default_stays_where_learning_does_not_help() -> None:
    rng = np.random.default_rng(0)
    few = lists(30, 7, rng)
    kept = learn_ranker(few, few, rng)
    assert np.array_equal(kept.skip, default_ranker().skip)


def test_the_default_trusts_neighbors_and_rules() -> None:
    skip = default_ranker().skip
    assert skip[NAMES.index("rare_neighbors")] > 0
    assert skip[NAMES.index("rule_next")] > 0


def test_an_answer_that_is_no_candidate_has_no_rank() -> None:
    made = Lists(np.zeros((3, WIDTH), np.float32), np.array([0, 2, 3]), np.array([1, -1]))
    ranks = made.ranks(np.array([5.0, 4.0, 1.0], np.float32))
    assert ranks.tolist() == [1.0, np.inf]


def test_taken_lists_keep_their_answers() -> None:
    made = lists(20, 3, np.random.default_rng(1))
    taken = made.take(np.array([5, 2]))
    for place, number in enumerate((5, 2)):
        assert np.array_equal(taken.rows[taken.target[place]], made.rows[made.target[number]])
