"""Answers are given again for a while, and do not all go at once."""

import numpy as np

from tailorbird.predict.answered import Answered
from tailorbird.predict.board import Ladder

ANSWER = Ladder(np.array([3], np.int32), np.ones(1, np.float32))


def test_an_answer_is_given_again_for_as_long_as_nothing_is_new() -> None:
    answered = Answered()
    answered.keep(b"a", ANSWER, 0.0)
    assert answered.get(b"a", 1e9) is ANSWER


def test_what_was_answered_before_the_news_will_do_for_a_while() -> None:
    answered = Answered(kept_s=30.0)
    answered.keep(b"a", ANSWER, 0.0)
    answered.heard()
    assert answered.get(b"a", 14.9) is ANSWER


def test_nothing_from_before_the_news_is_given_when_the_time_is_over() -> None:
    answered = Answered(kept_s=30.0)
    answered.keep(b"a", ANSWER, 0.0)
    answered.heard()
    assert answered.get(b"a", 30.0) is None


def test_outdated_answers_go_one_by_one() -> None:
    answered = Answered(kept_s=30.0)
    queries = [b"%d" % number for number in range(2_000)]
    for query in queries:
        answered.keep(query, ANSWER, 0.0)
    answered.heard()
    left = [sum(answered.get(one, at) is not None for one in queries) for at in range(15, 31)]
    assert max(np.diff(left) * -1) < len(queries) / 5


def test_past_the_most_the_oldest_answer_goes() -> None:
    answered = Answered(most=2)
    for query in (b"a", b"b", b"c"):
        answered.keep(query, ANSWER, 0.0)
    assert (len(answered), answered.get(b"a", 0.0)) == (2, None)
