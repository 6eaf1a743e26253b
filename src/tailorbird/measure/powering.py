"""How much traffic an answer needs, and what could be seen with the traffic there is."""

import math

import msgspec
from scipy.optimize import brentq
from scipy.stats import norm

from tailorbird.measure.adjusting import Point
from tailorbird.spine.errors import BadRequest

_MOST_UNITS = 1e15


class BadPlan(BadRequest):
    """An experiment cannot be planned so."""

    remedy = "Give a mean and a standard deviation above 0, an effect other than 0, and traffic."


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What an experiment is to find out.

    Attributes:
        mean: Of the metric, a unit.
        detect: The relative effect that matters.
        deviation: Standard deviation of the metric; None for a proportion, which has the mean's.
        variance_removed: Share that CUPED is expected to take away.
        treated: Share of units that get the treatment, of two arms.
        alpha, power: Chances of a false alarm, and of seeing the effect.
        units_a_day: Traffic.
    """

    mean: float
    detect: float
    deviation: float | None = None
    units_a_day: float | None = None
    variance_removed: float = 0.0
    treated: float = 0.5
    alpha: float = 0.05
    power: float = 0.8

    @property
    def variance(self) -> float:
        """Of a unit, after what CUPED takes away; 0 where it makes no sense."""
        plain = (
            self.mean * (1.0 - self.mean)
            if self.deviation is None
            else self.deviation * self.deviation
        )
        return max(plain, 0.0) * (1.0 - self.variance_removed)


class Plan(msgspec.Struct, frozen=True, rename="camel"):
    """What it takes.

    Attributes:
        units: Of both arms together.
        days: Of traffic; None where no traffic is given.
        says: The same in words.
    """

    units: int
    days: int | None
    says: str


def planned(wish: Wish) -> Plan:
    """Return how many units, and days, an experiment needs.

    Raises:
        BadPlan: the wish makes no sense.
    """
    shares = 0.0 < wish.treated < 1.0 and 0.0 <= wish.variance_removed < 1.0
    chances = 0.0 < wish.alpha < wish.power < 1.0
    if not shares or not chances or not wish.variance or not wish.mean * wish.detect:
        raise BadPlan
    point = Point(2, wish.mean, wish.variance)
    ratio = wish.treated / (1.0 - wish.treated)
    needed = units_needed(point, wish.detect, ratio, wish.alpha, wish.power)
    if not needed < _MOST_UNITS:  # nor where numbers without sense made none
        raise BadPlan
    units = max(2, math.ceil(needed))
    if wish.units_a_day is None:
        days = None
    elif wish.units_a_day > 0.0:
        days = math.ceil(units / wish.units_a_day)
    else:
        raise BadPlan
    lasts = "" if days is None else f", {days:,} days of traffic"
    says = (
        f"{units:,} units in both arms{lasts}, to see an effect of {wish.detect:.1%} "
        f"in {wish.power:.0%} of such experiments."
    )
    return Plan(units, days, says)


def units_needed(point: Point, detect: float, ratio: float, alpha: float, power: float) -> float:
    """Return the units of both arms at which a relative effect is seen with a power.

    Args:
        point: Mean and variance of a unit.
        detect: The relative effect.
        ratio: Treated units a control unit.
        alpha: Chance of a false alarm, of a two-sided test on the normal distribution.
        power: Chance of seeing the effect.
    """
    errors = _errors_away(alpha, power) / (point.mean * detect)
    return point.variance * errors * errors * _spread(ratio)


def power_now(point: Point, detect: float, ratio: float, alpha: float) -> float:
    """Return the chance of seeing a relative effect with the units that there are."""
    return _power(abs(point.mean * detect) / _error(point, ratio), alpha)


def minimum_detectable(point: Point, ratio: float, alpha: float, power: float) -> float:
    """Return the least relative effect that is seen with a power."""
    return _errors_away(alpha, power) * _error(point, ratio) / abs(point.mean)


def _error(point: Point, ratio: float) -> float:
    """Return the standard error of a difference of two arms, `point.n` units in both."""
    return math.sqrt(point.variance / point.n * _spread(ratio))


def _spread(ratio: float) -> float:
    """Return what a split costs: n / n_control + n / n_treated, 4 for halves."""
    return (1.0 + ratio) ** 2 / ratio


def _power(errors: float, alpha: float) -> float:
    """Return how often a test rejects when the truth lies so many standard errors from zero."""
    edge = norm.isf(alpha / 2.0)
    return float(norm.cdf(errors - edge) + norm.cdf(-errors - edge))


def _errors_away(alpha: float, power: float) -> float:
    """Return how many standard errors from zero the truth must lie to be seen with a power.

    A test rejects by chance with `alpha`: less power than that is had by any effect.
    """
    if power <= alpha:
        return 0.0
    far = float(norm.isf(alpha / 2.0)) + abs(float(norm.ppf(power))) + 1.0
    return float(brentq(lambda errors: _power(errors, alpha) - power, 0.0, far, xtol=1e-12))
