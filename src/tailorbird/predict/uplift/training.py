"""Training an uplift model on a shop's own lots: judged on the newest people, gated, then learned.

What serves is learned from everybody. How good it is, is told by a twin that never saw the newest
three tenths: on those, the order by the twin is measured, and compared with that of the model that
serves now.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.registry.card import Lineage, Measurement, Verdict
from tailorbird.predict.uplift.curves import average, compared, ordering, tenths
from tailorbird.predict.uplift.learners import fitted
from tailorbird.predict.uplift.lesson import Lesson, Taught
from tailorbird.predict.uplift.model import Tail, Tried, UpliftModel, learn
from tailorbird.predict.uplift.reading import DEFAULT, UpliftReading, calibrated
from tailorbird.predict.uplift.recalibrating import Validation, held_up, validated
from tailorbird.predict.uplift.trial import LEAST_IN_ARM, NoTrial

TAIL = 0.3
"""Share of the people, the newest, on whom a version is judged."""

Floats = NDArray[np.float64]


class Task(NamedTuple):
    """What is to be learned: the treatment, when it is now, and how far the log reaches."""

    treatment: str
    now_ms: int
    offset: int
    code: str
    settings: str


class Learned(NamedTuple):
    """What came of a training.

    Attributes:
        model: the version; it serves if its verdict has passed.
        reading: what the trial tells.
        tenth: int64[n], everybody's decile by models that never saw them.
        checked: how predictions held on the newest people: the serving model's, or, without one,
            the twin's; None where there were too few.
    """

    model: UpliftModel
    reading: UpliftReading
    tenth: NDArray[np.int64]
    checked: Validation | None


def train(
    known: Taught, task: Task, served: UpliftModel | None, rng: np.random.Generator
) -> Learned:
    """Learn a version from a lesson.

    Args:
        known: people in the order in which they drew.
        task: what is to be learned.
        served: the model that serves now.
        rng: luck of folds and of the bootstrap.

    Raises:
        NoTrial: chance did not decide, or too few people drew.
    """
    lesson = known.lesson
    window = (int(lesson.at_ms[0]), int(lesson.at_ms[-1])) if len(lesson) else (0, 0)
    tried = Tried(task.treatment, "order", *window)
    model, reading = learn(lesson.trial(), tried, task.now_ms, rng)
    judged = _judged(lesson, reading.slope, served, rng)
    card = msgspec.structs.replace(
        model.card,
        trained_at_ms=task.now_ms,
        trained_offset=task.offset,
        left_out=known.left_out,
        tail=judged.tail,
        verdict=judged.verdict,
        lineage=Lineage(1, task.offset, task.settings, task.code),
    )
    model = model.with_card(card)
    return Learned(model, reading, tenths(reading.scores), judged.checked)


class _Judged(NamedTuple):
    tail: Tail | None
    verdict: Verdict
    checked: Validation | None


def _judged(
    lesson: Lesson, slope: Measured, served: UpliftModel | None, rng: np.random.Generator
) -> _Judged:
    """Judge a twin, learned from all but the newest, on the newest."""
    newest = np.arange(len(lesson)) >= round(len(lesson) * (1.0 - TAIL))
    head, tail = lesson.rows(~newest), lesson.rows(newest)
    if min(_least_arm(head), _least_arm(tail)) < LEAST_IN_ARM:
        return _Judged(None, _passed("too few people to hold any back"), None)
    twin = fitted(DEFAULT, head.trial(), rng)
    raw = twin.guess(tail.features)
    trial = tail.trial()
    made = Tail(
        people=len(tail),
        since_ms=int(tail.at_ms[0]),
        until_ms=int(tail.at_ms[-1]),
        qini=_told(ordering(trial, raw, rng).qini),
        average=_told(average(trial)),
    )
    told = calibrated(raw, average(head.trial()).value, slope)
    if served is None:
        verdict = _passed("nothing to compare with")
        return _Judged(made, verdict, held_up(trial, told))
    verdict = gate(tail, raw, served, rng)
    return _Judged(made, verdict, check(served, lesson) or held_up(trial, told))


def check(served: UpliftModel, lesson: Lesson) -> Validation | None:
    """Return how a model's predictions hold on people who drew after it was learned.

    None where there are too few of them, or it reads a feature that is no more.
    """
    later = lesson.rows(lesson.at_ms > served.card.until_ms)
    features = later.columns(served.card.features)
    if features is None:
        return None
    try:
        return validated(served, later.trial().with_features(features, served.card.features))
    except NoTrial:
        return None


def gate(tail: Lesson, raw: Floats, served: UpliftModel, rng: np.random.Generator) -> Verdict:
    """Return whether a twin may serve: not if it orders the newest worse than what serves does.

    It does when the 95 % interval of the difference of Qini lies below zero. Only people count whom
    the serving model has not learned from.

    Args:
        tail: the newest people.
        raw: float64[n], the effects that the twin predicts in them.
        served: the model that serves.
        rng: luck of the bootstrap.
    """
    fresh = tail.at_ms > served.card.until_ms
    later = tail.rows(fresh)
    features = later.columns(served.card.features)
    if features is None:
        return _passed("the model that serves reads features that are no more")
    if _least_arm(later) < LEAST_IN_ARM:
        return _passed(f"only {len(later):,} people drew since the model that serves was learned")
    theirs = served.effects(features)
    trial = later.trial()
    moved = compared(trial, raw[fresh], theirs, rng)
    ours = ordering(trial, raw[fresh], rng).qini.value
    worse = moved.high < 0.0
    reason = (
        f"its Qini is {-moved.value:.3f} below that of the model that serves "
        f"(95 % interval {moved.low:+.3f} to {moved.high:+.3f})"
        if worse
        else "not worse than the model that serves"
    )
    return Verdict(
        passed=not worse,
        reason=reason,
        metric="qini",
        ours=round(ours, 4),
        champion=round(ours - moved.value, 4),
        difference=_told(moved),
        questions=len(later),
    )


def _passed(reason: str) -> Verdict:
    return Verdict(passed=True, reason=reason, metric="qini")


def _least_arm(lesson: Lesson) -> int:
    given = int((lesson.depth > 0.0).sum())
    return min(given, len(lesson) - given)


def _told(measured: Measured) -> Measurement:
    return Measurement(*measured)
