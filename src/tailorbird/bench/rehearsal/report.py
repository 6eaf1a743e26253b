"""What a rehearsal says: each policy's true and measured effect, and how well measuring went."""

from __future__ import annotations

import msgspec

from tailorbird.bench.rehearsal.scene import Plan


class Covered(msgspec.Struct, frozen=True):
    """A measured effect with its 95 % interval, the truth, and whether the interval holds it."""

    value: float
    low: float
    high: float
    truth: float
    holds: bool


class UpliftLine(msgspec.Struct, frozen=True, rename="camel"):
    """What was learned of the effect of offers on having ordered within a week, and the truth.

    Attributes:
        people: who drew a lot.
        average: effect on everybody; None where nothing was learned.
        deciles: by predicted uplift, the highest first.
        varies: whether effects were found to differ among people.
        verdict: what is said of it.
        depths: by margin, the depth in percent for each decile.
        refused: why nothing was learned.
    """

    people: int = 0
    average: Covered | None = None
    deciles: tuple[Covered, ...] = ()
    varies: bool = False
    verdict: tuple[str, ...] = ()
    depths: tuple[tuple[float, tuple[float | None, ...]], ...] = ()
    refused: str | None = None


class PolicyLine(msgspec.Struct, frozen=True, rename="camel"):
    """One policy; money in major units per exposed shopper.

    Attributes:
        policy: its name.
        shoppers: exposed shoppers who saw it in the experiment.
        revenue: what those spent.
        would_be: what all exposed shoppers would have spent, had everybody seen it.
        profit: what would have been left of that after the goods' cost and the discounts.
        discount: what would have been taken off.
        truth: the true effect: `would_be` less the control's; None for the control.
        relative: the same as a share of the control's.
        effect: the measured effect, adjusted by CUPED.
        low, high: the 95 % interval of the measured effect.
        holds: whether the interval holds the truth.
        outcome: what the analyst says: better, worse or undecided.
    """

    policy: str
    shoppers: int
    revenue: float
    would_be: float
    profit: float
    discount: float
    truth: float | None = None
    relative: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    holds: bool | None = None
    outcome: str | None = None


class Between(msgspec.Struct, frozen=True):
    """A difference between two policies with its 95 % interval."""

    value: float
    low: float
    high: float


class Gain(msgspec.Struct, frozen=True, rename="camel"):
    """What one policy earns more than another, a shopper who came to a page; in major units.

    Each shopper has lived under both, so the interval is that of the mean of their differences:
    over shoppers such as these, in this shop.

    Attributes:
        policy: the one.
        than: the other.
        revenue: what is paid.
        profit: what is left of it after the goods' cost and the discounts.
    """

    policy: str
    than: str
    revenue: Between
    profit: Between


class Tried(msgspec.Struct, frozen=True, rename="camel"):
    """How one policy's experiments went.

    Attributes:
        policy: against the control.
        experiments: how many were tried.
        shoppers: in each, both arms together.
        truth: the true effect on revenue per exposed shopper, in major units.
        relative: the same as a share of the control's revenue.
        held: share of intervals that hold the truth.
        found: share that reject "no effect": power where there is one, false alarms where not.
        held_adjusted, found_adjusted: the same with CUPED.
        removed: share of variance that CUPED took away, on average.
        needed: shoppers in both arms at which four of five experiments would find the true
            effect; None without an effect.
    """

    policy: str
    experiments: int
    shoppers: int
    truth: float
    relative: float
    held: float
    found: float
    held_adjusted: float
    found_adjusted: float
    removed: float
    needed: int | None = None


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """All of it.

    Attributes:
        plan: as asked for.
        visits: in each world.
        exposed: shoppers who came to a page that recommends.
        verdict: the analyst's first sentence on the experiment.
        lines: one a policy, the control first.
        holdout: exposed shoppers kept out of the experiment.
        holdout_revenue: what those spent; None if there are none.
        trials: experiments out of what every shopper would have spent: A/A first.
        uplift: what was learned of offers, where a policy needed that.
        gains: policies against each other, had everybody seen them.
        possible: the share of the profit that offers could add which the gated ones did add; None
            where the plan does not tell.
    """

    plan: Plan
    visits: int
    exposed: int
    verdict: str
    lines: tuple[PolicyLine, ...]
    holdout: int
    holdout_revenue: float | None
    trials: tuple[Tried, ...]
    uplift: UpliftLine | None = None
    gains: tuple[Gain, ...] = ()
    possible: float | None = None
