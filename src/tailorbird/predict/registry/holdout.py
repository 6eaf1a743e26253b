"""Holding the newest sessions back, to see how well a model guesses what it has not seen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import AT
from tailorbird.predict.predictor import Trained
from tailorbird.predict.questions import Questions, every_prefix
from tailorbird.predict.ranked import Ranked, Recommender
from tailorbird.predict.registry.drift import Shape, shape_of
from tailorbird.predict.registry.gate import Ranks
from tailorbird.predict.sessions import Codes, Sessions, Vocabulary

SHARE = 0.1
ASKED = 2_000
LEAST_LEFT = 50
_LONGEST = 20


class Holdout(NamedTuple):
    """Sessions to learn from, and questions from the newest ones, with when each session ended."""

    head: Sessions
    questions: Questions
    ended_at: NDArray[np.float64]


class Seen(NamedTuple):
    """What one question was like, and what was answered: the values that drift is measured on."""

    rank: float
    values: tuple[float, ...]


INPUTS = ("session length", "popularity of the item", "back to an item")
# Shares, not scores: the twin that was measured has a scale of its own.
SCORES = ("share of the best", "lead of the best", "popularity of the best")
NAMES = (*INPUTS, *SCORES)


def held_back(sessions: Sessions, rng: np.random.Generator) -> Holdout | None:
    """Return the newest tenth as at most 2,000 questions; None where too little would be left."""
    cut = int(len(sessions) * (1.0 - SHARE))
    if cut < LEAST_LEFT or cut == len(sessions):
        return None
    tail = sessions.between(cut, len(sessions))
    every = every_prefix(tail)
    owner = np.repeat(np.arange(len(tail)), np.maximum(tail.lengths - 1, 0))
    number = np.arange(len(every.end))
    if len(number) > ASKED:
        number = np.sort(rng.choice(len(number), ASKED, replace=False))
    return Holdout(sessions.between(0, cut), every.take(number), tail.ended_at[owner[number]])


def examined(
    model: Recommender, questions: Questions, popular: NDArray[np.float32]
) -> tuple[Ranks, NDArray[np.float64]]:
    """Ask every question.

    Args:
        model: whom to ask.
        questions: with their answers.
        popular: float32[items], log(1 + touches) in training; unknown items count 0.

    Returns:
        float64[q] ranks of the answers, and float64[q, 6] values, one column for each of `NAMES`.
    """
    ranks = np.full(len(questions.end), np.inf)
    values = np.zeros((len(questions.end), len(NAMES)))
    for row, (begin, end) in enumerate(zip(questions.begin, questions.end, strict=True)):
        query = questions.items[max(begin, end - _LONGEST) : end]
        seen = look(model, query, int(questions.items[end]), popular)
        ranks[row], values[row] = seen.rank, seen.values
    return ranks, values


def look(model: Recommender, query: Codes, answer: int, popular: NDArray[np.float32]) -> Seen:
    """Ask one question, and note where the right answer stood and what the rest was like."""
    found = model.recommend(query, AT)
    place = np.flatnonzero(found.codes == answer)
    rank = float(place[0]) if len(place) else np.inf
    last = int(query[-1]) if len(query) else -1
    first, second = _shares(found.scores)
    best = int(found.codes[0]) if len(found.codes) else -1
    return Seen(
        rank,
        (
            float(len(query)),
            _popularity(popular, last),
            float((query[:-1] == last).any()),
            first,
            first - second,
            _popularity(popular, best),
        ),
    )


def shapes_of(values: NDArray[np.float64]) -> tuple[Shape, ...]:
    """Return the distribution of each column of values that `examined` gave."""
    if not len(values):
        return ()
    return tuple(shape_of(name, values[:, at]) for at, name in enumerate(NAMES))


class Translated:
    """A stored version that is asked in another vocabulary, and has learned what came since.

    Args:
        trained: the version.
        vocabulary: in which it is asked.
        since: sessions in that vocabulary that ended after the version was trained; a serving
            model would have learned them by now.
    """

    def __init__(self, trained: Trained, vocabulary: Vocabulary, since: Sessions) -> None:
        if trained.models.next_item is None:
            raise ValueError("a version without a next-item model cannot be asked")
        own = Vocabulary.of(trained.vocabulary.ids)
        self._into = np.array([own.learn(item) for item in vocabulary.ids], np.int32)
        self._back = np.full(len(own), -1, np.int32)
        self._back[self._into] = np.arange(len(self._into), dtype=np.int32)
        moved = Sessions(since.offsets, self._into[since.items], since.ended_at)
        self._model = trained.models.next_item.with_recent(moved, len(own))

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return what the version would answer; items that the asker does not know become -1."""
        found = self._model.recommend(self._into[codes], k)
        return Ranked(self._back[found.codes], found.scores)


def _shares(scores: NDArray[np.float32]) -> tuple[float, float]:
    """Return the chances of the two best among all that were answered, as scores say them.

    The ranker learns scores as logarithms of chances (softmax), up to a constant of each model.
    """
    if not len(scores):
        return 0.0, 0.0
    chances = np.exp(scores.astype(np.float64) - float(scores[0]))
    chances /= chances.sum()
    return float(chances[0]), float(chances[1]) if len(chances) > 1 else 0.0


def _popularity(popular: NDArray[np.float32], code: int) -> float:
    return float(popular[code]) if 0 <= code < len(popular) else 0.0
