"""A trial: a twin of the new version learns without the newest sessions, then is asked about them.

The version itself learns from everything. What is measured is its twin, on sessions that the twin
never saw; and the version that serves, on those of them that came after its own training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tailorbird.predict.fitting import fit
from tailorbird.predict.next_item import NextItemModel
from tailorbird.predict.predictor import Trained
from tailorbird.predict.registry.card import Measurement, Verdict
from tailorbird.predict.registry.drift import Shape
from tailorbird.predict.registry.gate import Ranks, judged, metrics_of
from tailorbird.predict.registry.holdout import (
    Holdout,
    Translated,
    examined,
    held_back,
    shapes_of,
)
from tailorbird.predict.sessions import Sessions, Vocabulary

BUDGET_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Serving:
    """The version that serves, and until when its sessions reach, in ms since 1970."""

    trained: Trained
    until_ms: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial: the gate's verdict, metrics, and how inputs and scores were spread.

    Attributes:
        twin: what was asked; None where nothing could be held back.
        since_s: until when its sessions reach, in seconds since 1970.
    """

    verdict: Verdict
    metrics: dict[str, Measurement]
    shapes: tuple[Shape, ...] = ()
    twin: NextItemModel | None = None
    since_s: float = 0.0


def tried(
    sessions: Sessions,
    vocabulary: Vocabulary,
    serving: Serving | None,
    rng: np.random.Generator,
    budget_seconds: float,
) -> Outcome:
    """Return how well a version of these sessions would guess what comes after them.

    Args:
        sessions: everything that there is to learn from.
        vocabulary: of their codes.
        serving: whom to compare with.
        rng: luck of sampling, fitting and the bootstrap.
        budget_seconds: about how long it may take.
    """
    holdout = held_back(sessions, rng)
    if holdout is None or not len(holdout.questions.end):
        return Outcome(judged(np.zeros(0), None, rng), {})
    twin = fit(holdout.head, rng=rng, budget_seconds=budget_seconds, item_count=len(vocabulary))
    ranks, values = examined(twin, holdout.questions, twin.facts.popular)
    verdict = _compared(ranks, holdout, vocabulary, serving, rng)
    until_s = float(holdout.head.ended_at[-1])
    return Outcome(verdict, metrics_of(ranks, rng), shapes_of(values), twin, until_s)


def _compared(
    ranks: Ranks,
    holdout: Holdout,
    vocabulary: Vocabulary,
    serving: Serving | None,
    rng: np.random.Generator,
) -> Verdict:
    """Compare with the serving version on sessions that neither has seen."""
    if serving is None or serving.trained.models.next_item is None:
        return judged(ranks, None, rng)
    unseen = np.flatnonzero(holdout.ended_at * 1000 > serving.until_ms)
    if not len(unseen):
        return judged(ranks, None, rng)
    head = holdout.head
    since = int(np.searchsorted(head.ended_at * 1000, serving.until_ms, side="right"))
    champion = Translated(serving.trained, vocabulary, head.between(since, len(head)))
    nothing = np.zeros(0, np.float32)
    theirs, _ = examined(champion, holdout.questions.take(unseen), nothing)
    return judged(ranks[unseen], theirs, rng)
