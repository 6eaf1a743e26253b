"""What an action is worth: what may come of it, times its value, less its cost, beside nothing.

With the chance p of an outcome where nothing is done, the change e that the action makes of it
(its *uplift*, never its propensity), the value v of the outcome, a discount d that every outcome
with the action costs, and a cost c of acting:

    doing nothing earns    p · v
    acting earns           (p + e) · (v - d) - c

The difference is what the action is compared by. Somebody who buys anyhow (p high, e small) is
worth most to those who confuse the two, and loses the shop the discount here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Ground(StrEnum):
    """What the effect of an action rests on, the firmest first."""

    TRIAL = "trial"
    BANDIT = "bandit"
    DECLARED = "declared"
    NONE = "none"


class Chance(msgspec.Struct, frozen=True):
    """What an action changes.

    Attributes:
        without: the probability of the outcome where nothing is done.
        uplift: what the action adds to it; below 0 where it does harm.
        ground: what that rests on.
        told_by: the model or arm that tells, or a word for it.
        without_by: what `without` rests on.
    """

    without: float
    uplift: float
    ground: Ground
    told_by: str
    without_by: str

    @property
    def acting(self) -> float:
        """The probability of the outcome with the action."""
        return min(max(self.without + self.uplift, 0.0), 1.0)


class Stake(msgspec.Struct, frozen=True):
    """What is at stake, in major units of one currency.

    Attributes:
        value: of the outcome.
        discount: what the outcome costs with the action.
        cost: of acting, whatever comes of it.
        fatigue: the part of `cost` that is for messages before this one.
        value_by: what `value` rests on.
    """

    value: float
    discount: float = 0.0
    cost: float = 0.0
    fatigue: float = 0.0
    value_by: str = ""


class Prospect(msgspec.Struct, frozen=True):
    """What may come of an action."""

    chance: Chance
    stake: Stake

    @property
    def expected(self) -> float:
        """What acting is expected to earn."""
        stake = self.stake
        return self.chance.acting * (stake.value - stake.discount) - stake.cost

    @property
    def gain(self) -> float:
        """What acting is expected to earn more than doing nothing."""
        return self.expected - self.chance.without * self.stake.value


def words(prospect: Prospect, currency: str) -> str:
    """Return a prospect in words, for those who run the shop."""
    chance, stake = prospect.chance, prospect.stake
    told = {
        Ground.TRIAL: f"by the trial {chance.told_by}",
        Ground.BANDIT: f"by what the bandit learned ({chance.told_by})",
        Ground.DECLARED: "as declared, not measured",
        Ground.NONE: "",
    }[chance.ground]
    parts = [
        f"changes the chance from {chance.without:.1%} ({chance.without_by})",
        f"to {chance.acting:.1%}, {told}",
        f"of {stake.value:.2f} {currency} ({stake.value_by})",
    ]
    if stake.discount:
        parts.append(f"less {stake.discount:.2f} discount on every outcome")
    if stake.cost:
        of_it = f", {stake.fatigue:.2f} of it for messages before" if stake.fatigue else ""
        parts.append(f"less {stake.cost:.2f} to act{of_it}")
    sign = "more" if prospect.gain >= 0 else "less"
    parts.append(f"earns {abs(prospect.gain):.2f} {sign} than nothing")
    return "; ".join(parts)
