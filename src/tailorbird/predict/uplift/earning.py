"""What an offer earned: those who got what its policy gives, and those whom the lot left out."""

from __future__ import annotations

import msgspec
import numpy as np

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.curves import average
from tailorbird.predict.uplift.lesson import Lesson
from tailorbird.predict.uplift.trial import NoTrial, as_tossed

FEWEST = 30


class Effect(msgspec.Struct, frozen=True, rename="camel"):
    """The effect a person of having the offer on one outcome, with its 95 % interval.

    Attributes:
        outcome: `order` (a share of people), or `revenue` or `profit` in major units.
        given, held_out: the mean by arm.
        effect, low, high: their difference.
    """

    outcome: str
    given: float
    held_out: float
    effect: float
    low: float
    high: float


class Earned(msgspec.Struct, frozen=True, rename="camel"):
    """What an offer earned.

    Attributes:
        offer: its name.
        given, held_out: how many people were in each arm.
        effects: on orders, on revenue after the discount, and on profit after it.
        total, total_low, total_high: profit that giving it to those who had it has brought, in
            major units.
        days: for how long after the lot what people did counts.
        left_out: people who drew and do not count, by reason.
    """

    offer: str
    given: int
    held_out: int
    effects: tuple[Effect, ...]
    total: float
    total_low: float
    total_high: float
    days: float
    left_out: dict[str, int]


def earned(offer: str, lesson: Lesson, days: float, left_out: dict[str, int]) -> Earned:
    """Return what an offer earned, with those whom its policy meant to have it.

    Raises:
        NoTrial: fewer than thirty people are in an arm, or the arms are not as the lots fell.
    """
    lesson = lesson.as_meant()
    given = int((lesson.depth > 0.0).sum())
    held_out = len(lesson) - given
    if min(given, held_out) < FEWEST:
        raise NoTrial(
            f"{given:,} people were given {offer!r} by lot and {held_out:,} were not; {FEWEST} of "
            "each are the least.",
            remedy="Give the offer a `holdout`, and wait until enough people have drawn.",
        )
    as_tossed(lesson.trial())
    effects = tuple(_effect(lesson, outcome) for outcome in lesson.gained)
    last = effects[-1]
    total = Measured(last.effect * given, last.low * given, last.high * given)
    return Earned(offer, given, held_out, effects, *total, days, left_out)


def _effect(lesson: Lesson, outcome: str) -> Effect:
    trial = lesson.trial(outcome)
    found = average(trial)
    means = [
        float(np.average(trial.outcome[side], weights=trial.weight[side]))
        for side in (trial.treated, ~trial.treated)
    ]
    given, held_out = means
    return Effect(outcome, given, held_out, found.value, found.low, found.high)
