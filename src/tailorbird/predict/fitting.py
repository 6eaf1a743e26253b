"""Fits the next-item model to a shop's log and chooses every setting on the tail of that log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tailorbird.predict.encoder import Encoder, no_encoder
from tailorbird.predict.encoder_training import Pace, learn_encoder
from tailorbird.predict.next_item import NextItemModel, Recipe, build, default_recipe
from tailorbird.predict.questions import Questions, every_prefix, sample_of
from tailorbird.predict.ranker import learn_ranker
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.tuning import choose_settings, lists_for

ASKED = 16_000
LEAST_ASKED = 200


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much time fitting may take, by a clock that counts seconds."""

    seconds: float
    clock: Callable[[], float]
    began: float

    def spent(self, share: float) -> bool:
        """Tell whether this share of the time has passed."""
        return self.clock() - self.began > share * self.seconds


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
    cut = int(len(sessions) * (1.0 - share))
    tail = sample_of(every_prefix(sessions.between(cut, len(sessions))), ASKED, rng)
    if len(tail.end) < LEAST_ASKED:
        return build(sessions, recipe, no_encoder(), item_count=items)
    head = sessions.between(0, cut)
    recipe = choose_settings(head, tail, recipe, items, rng)
    encoder = _encoder(head, items, rng, _limit(allowance, 0.42))
    recipe = _blend(build(head, recipe, encoder, item_count=items), tail, rng)
    encoder = _encoder(sessions, items, rng, _limit(allowance, 0.95))
    return build(sessions, recipe, encoder, item_count=items)


def _blend(model: NextItemModel, tail: Questions, rng: np.random.Generator) -> Recipe:
    lists = lists_for(model, tail)
    order = rng.permutation(len(tail.end))
    held_out = len(order) // 6
    ranker = learn_ranker(lists.take(order[held_out:]), lists.take(order[:held_out]), rng)
    return model.recipe.with_ranker(ranker)


def _encoder(
    sessions: Sessions, items: int, rng: np.random.Generator, out_of_time: Callable[[float], bool]
) -> Encoder:
    questions = every_prefix(sessions)
    touches = np.bincount(sessions.items, minlength=items).astype(np.float32)
    age = 1.0 - np.searchsorted(sessions.offsets, questions.end) / max(len(sessions), 1)
    weights = np.exp2(-2.0 * age).astype(np.float32)
    epochs = int(np.clip(1_500_000 // max(len(questions.end), 1), 5, 16))
    return learn_encoder(questions, weights, touches, Pace(epochs=epochs), rng, out_of_time)


def _limit(allowance: Allowance, share: float) -> Callable[[float], bool]:
    return lambda _: allowance.spent(share)
