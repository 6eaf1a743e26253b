"""Fits the next-item model to a shop's log and chooses every setting on the tail of that log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tailorbird.predict.encoder import Encoder, no_encoder
from tailorbird.predict.encoder_training import (
    Learning,
    Lessons,
    Pace,
    finished,
    learn,
    no_learning,
)
from tailorbird.predict.next_item import NextItemModel, build
from tailorbird.predict.questions import Questions, every_prefix, sample_of
from tailorbird.predict.ranker import learn_ranker
from tailorbird.predict.recipe import Recipe, default_recipe
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.tuning import choose_settings, lists_for

ASKED = 16_000
LEAST_ASKED = 350
FEW_ASKED = 600
EPOCH_WORK = 1_500_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much time fitting may take, by a clock that counts seconds."""

    seconds: float
    clock: Callable[[], float]
    began: float

    def left(self, share: float) -> float:
        """Return the seconds until a share of the time has passed."""
        return self.began + share * self.seconds - self.clock()

    def until(self, share: float) -> Callable[[float], float]:
        """Return what turns work done into progress, such that work ends at a share of the time."""
        start = self.clock()
        room = max(self.left(share), 1e-9)
        # Some slack, so that the clock changes nothing as long as there is time enough.
        return lambda done: max(done, 1.1 * (self.clock() - start) / room - 0.1)


def fit(
    sessions: Sessions,
    *,
    rng: np.random.Generator,
    budget_seconds: float = 240.0,
    item_count: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> NextItemModel:
    """Return the next-item model for these sessions.

    Settings and the blend are chosen on the newest sessions with a model of the older ones;
    then everything that counts or learns from sessions is made again from all of them.

    Args:
        sessions: The shop's log.
        rng: Luck of sampling and learning.
        budget_seconds: About how long fitting may take; learning stops early to keep it.
        item_count: Size of the vocabulary where larger than the codes show.
        clock: Counts seconds.
    """
    items = max(sessions.item_count, item_count or 0)
    allowance = Allowance(budget_seconds, clock, clock())
    recipe = default_recipe(sessions)
    total = len(sessions.items) - len(sessions)
    share = float(np.clip(ASKED / max(total, 1), 0.04, 0.15))
    if share * total < FEW_ASKED:
        share = 0.3
    cut = int(len(sessions) * (1.0 - share))
    tail = sample_of(every_prefix(sessions.between(cut, len(sessions))), ASKED, rng)
    if len(tail.end) < LEAST_ASKED:
        return build(sessions, recipe, no_encoder(), item_count=items)
    head = sessions.between(0, cut)
    recipe = choose_settings(head, tail, recipe, items, rng)
    pace = Pace(epochs=int(np.clip(EPOCH_WORK // max(total, 1), 5, 16)))
    start = no_learning(items, pace, rng)
    began = clock()
    learning, encoder = _encoder(head, start, pace, rng, allowance.until(0.5))
    took = clock() - began
    recipe = _blend(build(head, recipe, encoder, item_count=items), tail, rng)
    if allowance.left(0.95) < 1.2 * took:
        # No time to learn all again: go on from what the older sessions taught.
        start, pace = learning, Pace(epochs=max(pace.epochs // 3, 1), rate=pace.rate / 2.0)
    _, encoder = _encoder(sessions, start, pace, rng, allowance.until(0.95))
    return build(sessions, recipe, encoder, item_count=items)


def _blend(model: NextItemModel, tail: Questions, rng: np.random.Generator) -> Recipe:
    lists = lists_for(model, tail)
    order = rng.permutation(len(tail.end))
    held_out = len(order) // 6
    ranker = learn_ranker(lists.take(order[held_out:]), lists.take(order[:held_out]), rng)
    return model.recipe.with_ranker(ranker)


def _encoder(
    sessions: Sessions,
    start: Learning,
    pace: Pace,
    rng: np.random.Generator,
    progress: Callable[[float], float],
) -> tuple[Learning, Encoder]:
    """Learn from every prefix, the newest most; a question a log's length ago weighs a quarter."""
    questions = every_prefix(sessions)
    touches = np.bincount(sessions.items, minlength=len(start.parameters.vectors))
    counts = touches.astype(np.float32)
    age = 1.0 - np.searchsorted(sessions.offsets, questions.end) / max(len(sessions), 1)
    weights = np.exp2(-2.0 * age).astype(np.float32)
    learning = learn(start, Lessons(questions, weights, counts), pace, rng, progress)
    return learning, finished(learning.parameters, counts)
