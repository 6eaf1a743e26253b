"""What the analyst returns: health first, then effects with their intervals."""

from typing import Literal

import msgspec

from tailorbird.measure.gathered import Oddities

Status = Literal["ok", "notice", "broken"]
Direction = Literal["better", "worse", "undecided"]
EXPOSURES = "exposures"
"""The check of health that asks whether there is anybody to read."""


class Interval(msgspec.Struct, frozen=True):
    """From `low` to `high`; None is without end."""

    low: float | None
    high: float | None

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside."""
        below = self.low is not None and value < self.low
        return below or (self.high is not None and value > self.high)


class Check(msgspec.Struct, frozen=True):
    """One question of health: how it is, and a sentence for people."""

    name: str
    status: Status
    says: str


class AgeReading(msgspec.Struct, frozen=True, rename="camel"):
    """An arm's effect in the first metric, at an age: days since each one's first exposure.

    Attributes:
        arm: The arm.
        from_day, to_day: The age.
        n: Units of both arms that were watched through every age that is told.
        effect: Arm minus control, of what a unit did at that age.
        interval: Of the effect, for one look.
    """

    arm: str
    from_day: int
    to_day: int
    n: int
    effect: float
    interval: Interval


class Health(msgspec.Struct, frozen=True, rename="camel"):
    """Whether the experiment can be believed.

    Attributes:
        healthy: Nothing is broken.
        sample_ratio_p: The chance of so uneven a split by luck; None where there are no two arms.
        contamination: Share of units that were in two arms.
        power: Chance to have seen the effect that matters, by now, for the first metric.
        minimum_detectable: The relative effect that would be seen by now with the wanted power.
        days_to_decision: Days of traffic until the effect that matters would be seen; 0 when
            there is enough; None where no times are known.
        checks: Each question, the broken first.
        ages: The first metric's effect by days since first exposure; empty where times are missing.
    """

    healthy: bool
    sample_ratio_p: float | None
    contamination: float
    power: float | None
    minimum_detectable: float | None
    days_to_decision: float | None
    checks: tuple[Check, ...]
    ages: tuple[AgeReading, ...] = ()


class ArmReading(msgspec.Struct, frozen=True):
    """One arm in one metric; the mean is as seen, before any adjustment."""

    name: str
    n: int
    mean: float | None


class Bayesian(msgspec.Struct, frozen=True, rename="camel"):
    """The same by Bayes, with a flat prior.

    Attributes:
        better_probability: Of the arm being better than control, in the metric's own direction.
        interval: Central credible interval of the effect.
        expected_loss: What choosing the arm is expected to cost, in units of the metric.
    """

    better_probability: float
    interval: Interval
    expected_loss: float


class AlwaysValid(msgspec.Struct, frozen=True, rename="camel"):
    """An interval and a p-value that hold however often one looks."""

    interval: Interval
    p_value: float
    adjusted_p_value: float


class Comparison(msgspec.Struct, frozen=True, rename="camel"):
    """One arm against control in one metric.

    Attributes:
        arm: The arm.
        effect: Arm minus control, adjusted by CUPED where there are covariates.
        interval: Of the effect, for one look at the end.
        relative_effect: Effect over control's mean; None where that is not above 0.
        relative_interval: Of the relative effect, by the logarithm of the ratio.
        p_value: For one look at the end, two-sided.
        adjusted_p_value: After the stated correction.
        variance_removed: Share of the effect's variance that CUPED took away.
        always_valid: For looking any time.
        bayesian: Where asked for.
        outcome: By the way of looking that was asked for, after the correction.
        note: Why something is missing.
    """

    arm: str
    effect: float | None
    interval: Interval | None = None
    relative_effect: float | None = None
    relative_interval: Interval | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    variance_removed: float | None = None
    always_valid: AlwaysValid | None = None
    bayesian: Bayesian | None = None
    outcome: Direction = "undecided"
    note: str | None = None


class MetricReading(msgspec.Struct, frozen=True):
    """One metric: its arms, and each arm against control."""

    metric: str
    kind: str
    better: str
    arms: tuple[ArmReading, ...]
    comparisons: tuple[Comparison, ...]


class SegmentReading(msgspec.Struct, frozen=True):
    """The metrics among the units with one value of a segment's column."""

    segment: str
    value: str
    metrics: tuple[MetricReading, ...]


class Reading(msgspec.Struct, frozen=True, rename="camel"):
    """An experiment, read.

    Attributes:
        experiment: Its name.
        verdict: One sentence; says what is broken before anything else.
        health: Whether it can be believed.
        winner: An arm that is better than control in the first metric; never one without health.
        units: Exposed units that were analyzed.
        alpha: The accepted chance of a false alarm.
        looks: `daily` or `once`: which intervals decide.
        metrics: In the order asked.
        segments: A look at parts; see `warnings`.
        method: What was done: correction, looks, winsorizing, missing values, repeats.
        warnings: What to mind.
        oddities: What was odd in the data, counted.
    """

    experiment: str
    verdict: str
    health: Health
    winner: str | None
    control: str
    units: int
    alpha: float
    looks: str
    metrics: tuple[MetricReading, ...]
    segments: tuple[SegmentReading, ...] = ()
    method: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    oddities: Oddities = Oddities()
