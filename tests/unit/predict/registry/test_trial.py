"""A trial: what a version would guess of sessions that it has not seen, beside the champion."""

import numpy as np
import pytest

from tailorbird.predict.ranked import Ranked
from tailorbird.predict.registry.holdout import Translated, held_back, look
from tailorbird.predict.registry.trial import Serving, tried
from tailorbird.predict.sessions import Codes, Sessions, Vocabulary
from tests.unit.predict.registry.versions import NOW_MS, PATHS, a_version, luck, sessions_along

MINUTE_MS = 60_000


def test_the_newest_tenth_is_held_back() -> None:
    sessions = sessions_along(PATHS, 100, Vocabulary())
    found = held_back(sessions, luck())
    assert found is not None
    assert (len(found.head), len(found.questions.end)) == (90, 20)


def test_what_is_held_back_is_newer_than_what_is_learned_from() -> None:
    found = held_back(sessions_along(PATHS, 100, Vocabulary()), luck())
    assert found is not None
    assert found.ended_at.min() > found.head.ended_at.max()


def test_of_few_sessions_none_is_held_back() -> None:
    assert held_back(sessions_along(PATHS, 50, Vocabulary()), luck()) is None


def test_a_shop_of_two_paths_is_guessed_perfectly() -> None:
    vocabulary = Vocabulary()
    outcome = tried(sessions_along(PATHS, 600, vocabulary), vocabulary, None, luck(), 2.0)
    assert outcome.metrics["hitrate@20"].value == 1.0


def test_a_trial_tells_how_inputs_and_scores_were_spread() -> None:
    vocabulary = Vocabulary()
    outcome = tried(sessions_along(PATHS, 600, vocabulary), vocabulary, None, luck(), 2.0)
    names = [shape.name for shape in outcome.shapes]
    assert names[0] == "session length"
    assert all(abs(sum(shape.shares) - 1.0) < 1e-9 for shape in outcome.shapes)


class Fixed:
    """Answers always the same, on a scale of its own."""

    def __init__(self, above: float) -> None:
        self._above = above

    def recommend(self, codes: Codes, k: int) -> Ranked:  # noqa: ARG002 - as it is asked
        return Ranked(np.array([2, 1], np.int32), np.array([1, 0], np.float32) + self._above)


def test_values_are_alike_on_whatever_scale_a_model_scores() -> None:
    query, nothing = np.zeros(1, np.int32), np.zeros(0, np.float32)
    low, high = (look(Fixed(above), query, 1, nothing).values for above in (0.0, 5.0))
    assert low == pytest.approx(high)


def test_the_champion_is_asked_only_of_sessions_after_its_own() -> None:
    vocabulary = Vocabulary()
    sessions = sessions_along(PATHS, 600, vocabulary)
    serving = Serving(a_version()[0], NOW_MS - 30 * MINUTE_MS)
    outcome = tried(sessions, vocabulary, serving, luck(), 2.0)
    assert outcome.verdict.questions == 60


def test_a_champion_that_has_seen_all_is_not_asked() -> None:
    vocabulary = Vocabulary()
    sessions = sessions_along(PATHS, 600, vocabulary)
    outcome = tried(sessions, vocabulary, Serving(a_version()[0], NOW_MS), luck(), 2.0)
    assert outcome.verdict.champion is None


def test_a_version_answers_in_the_words_of_whoever_asks() -> None:
    trained, _ = a_version()
    asker = Vocabulary.of(["lamp", "unheard-of", "mat", "tent"])
    translated = Translated(trained, asker, Sessions.none())
    found = translated.recommend(asker.encode(["tent", "mat"]), 1)
    assert asker.decode(found.codes.tolist()) == ["lamp"]


def test_a_champion_has_learned_what_came_since() -> None:
    trained, _ = a_version()
    asker = Vocabulary.of(["tent", "stove"])
    since = Sessions.of([[0, 1]] * 30, [NOW_MS / 1000 + n for n in range(30)])
    found = Translated(trained, asker, since).recommend(asker.encode(["tent"]), 3)
    assert 1 in found.codes


def test_items_that_the_asker_does_not_know_are_no_answer() -> None:
    trained, _ = a_version()
    asker = Vocabulary.of(["tent"])
    found = Translated(trained, asker, Sessions.none()).recommend(np.zeros(1, np.int32), 6)
    assert set(found.codes.tolist()) <= {-1, 0}
