"""What an analyst asks of an experiment: which metrics, against what, how careful."""

from typing import Literal

import msgspec

from tailorbird.measure.metrics import Metric

Correction = Literal["holm", "benjamini-hochberg", "none"]
Looks = Literal["daily", "once"]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How traffic was meant to be split, from a day or a moment on.

    Attributes:
        shares: Of each arm, in any unit: 50 and 50 are as 0.5 and 0.5.
        since: The first day, as 2026-01-31, or moment, as 2026-01-31T12:00:00Z; None for the first
            weights.
    """

    shares: dict[str, float]
    since: str | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """When health alarms.

    Attributes:
        sample_ratio_p: Below it the split is broken.
        sample_ratio_shown_p: Below it the split is mentioned.
        contamination: More than this share of units in two arms is broken.
        balance_p: Below it, what was known before the experiment differs between arms: broken.
        novelty_p: Below it, the effect differs between those who came early and late: mentioned.
        whale: One unit with more than this share of a metric's total is mentioned.
        least_units: Fewer in an arm are mentioned.
    """

    sample_ratio_p: float = 0.001
    sample_ratio_shown_p: float = 0.01
    contamination: float = 0.01
    balance_p: float = 0.001
    novelty_p: float = 0.01
    whale: float = 0.05
    least_units: int = 100


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What is asked; the first metric is the one that decides.

    Attributes:
        metrics: At least one.
        control: The arm that the others are compared with.
        covariates: Columns known before exposure, for CUPED.
        weights: The planned split; equal shares when left out. More than one where it changed.
        segments: Columns whose values are read apart.
        alpha: The chance of a false alarm that is accepted.
        correction: Over all comparisons of all metrics and arms.
        looks: `daily`: decided by always-valid intervals, which allow looking any time;
            `once`: by fixed-horizon ones, which hold for one look at the end.
        tuned_for: Units at which always-valid intervals are narrowest; set it before the start.
        detect: The relative effect that matters, for power and days to decision.
        power: The chance to see it that is wanted.
        winsorize: A quantile such as 0.999; larger values count as that quantile's.
        bayesian: Add the Bayesian reading.
        notes: What whoever asks knows of the experiment and a reader has to mind.
    """

    metrics: tuple[Metric, ...]
    name: str = "experiment"
    control: str = "control"
    covariates: tuple[str, ...] = ()
    weights: tuple[Weights, ...] = ()
    segments: tuple[str, ...] = ()
    alpha: float = 0.05
    correction: Correction = "holm"
    looks: Looks = "daily"
    tuned_for: int = 5_000
    detect: float = 0.05
    power: float = 0.8
    winsorize: float | None = None
    bayesian: bool = False
    limits: Limits = Limits()
    notes: tuple[str, ...] = ()
