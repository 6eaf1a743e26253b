"""Asks a recommender every question and notes where the right answer stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from tailorbird.predict.evaluation.metrics import AT, Replay, Score, scored
from tailorbird.predict.evaluation.readers import Exam
from tailorbird.predict.fitting import fit
from tailorbird.predict.floors import Bestsellers, OwnItems
from tailorbird.predict.next_item import NextItemModel, warm_up
from tailorbird.predict.questions import Questions
from tailorbird.predict.ranked import Recommender
from tailorbird.predict.sequential_rules import item_knn, sequential_rules
from tailorbird.predict.session_knn import SessionKnn
from tailorbird.predict.sessions import Sessions

DEFAULT = "tailorbird"
FLOORS = ("popularity", "item-kNN", "repeat-own-items", "session-kNN", "sequential-rules")
WARM = 5

Clock = Callable[[], float]


class Mark(NamedTuple):
    """One line of the result."""

    name: str
    score: Score
    fit_seconds: float


class Luck(NamedTuple):
    """Where chance and time come from."""

    rng: np.random.Generator
    clock: Clock


def luck_of(seed: int, clock: Clock) -> Luck:
    """Return luck that is the same for the same seed."""
    return Luck(np.random.default_rng(seed), clock)


def examined(
    exam: Exam, names: tuple[str, ...], luck: Luck, watch: Callable[[str, int], None]
) -> Iterator[Mark]:
    """Yield the marks of the product's default, then of the named floors.

    Args:
        exam: What to learn from and what to be asked.
        names: Floors, out of FLOORS.
        luck: Chance and time.
        watch: Told the name of the recommender at work and the questions it has answered.
    """
    touches = np.bincount(exam.train.items, minlength=len(exam.vocabulary))
    warm_up()
    began = luck.clock()
    watch(f"{DEFAULT}: fitting", 0)
    model = fit(exam.train, rng=luck.rng, item_count=len(exam.vocabulary), clock=luck.clock)
    took = luck.clock() - began
    replay = replayed(model, exam, luck.clock, partial(watch, DEFAULT))
    yield Mark(DEFAULT, scored(replay, touches, luck.rng), took)
    for name in names:
        began = luck.clock()
        floor = _floor(name, exam.train, model)
        took = luck.clock() - began
        replay = replayed(floor, exam, luck.clock, partial(watch, name))
        yield Mark(name, scored(replay, touches, luck.rng), took)


def replayed(
    recommender: Recommender, exam: Exam, clock: Clock, watch: Callable[[int], None]
) -> Replay:
    """Ask every question; the full ranking over all items is cut at 20.

    An answer that training never saw is a miss, even where the session itself shows it: the
    published models that one compares with cannot name it.
    """
    learned = np.bincount(exam.train.items, minlength=len(exam.vocabulary)) > 0
    questions: Questions = exam.questions
    ranks = np.full(len(questions.end), np.inf)
    shown = np.zeros(len(exam.vocabulary), np.int64)
    seconds = np.zeros(len(questions.end))
    for begin, end in zip(questions.begin[:WARM], questions.end[:WARM], strict=True):
        recommender.recommend(questions.items[begin:end], AT)
    for number, (begin, end) in enumerate(zip(questions.begin, questions.end, strict=True)):
        prefix = questions.items[begin:end]
        asked_at = clock()
        codes = recommender.recommend(prefix, AT).codes
        seconds[number] = clock() - asked_at
        place = np.flatnonzero(codes == questions.items[end])
        if len(place) and learned[questions.items[end]]:
            ranks[number] = place[0]
        shown[codes] += 1
        if number % 1000 == 0:
            watch(number)
    return Replay(ranks, shown, seconds)


def _floor(name: str, train: Sessions, model: NextItemModel) -> Recommender:
    match name:
        case "popularity":
            return Bestsellers.of(train)
        case "item-kNN":
            return item_knn(train)
        case "repeat-own-items":
            return OwnItems()
        case "session-kNN":
            return SessionKnn.over(train, model.recipe.settings)
        case _:
            return sequential_rules(train)
