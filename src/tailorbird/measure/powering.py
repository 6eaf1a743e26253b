"""How much traffic an answer needs, and what could be seen with the traffic there is."""

import math

import msgspec
from tea_tasting import Mean as TeaMean
from tea_tasting.aggr import Aggregates

from tailorbird.measure.adjusting import Point
from tailorbird.spine.errors import BadRequest


class BadPlan(BadRequest):
    """An experiment cannot be planned so."""

    remedy = "Give a mean and a standard deviation above 0, an effect other than 0, and traffic."


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What an experiment is to find out.

    Attributes:
        mean, deviation: Of the metric, a unit.
        detect: The relative effect that matters.
        variance_removed: Share that CUPED is expected to take away.
        treated: Share of units that get the treatment, of two arms.
        alpha, power: Chances of a false alarm, and of seeing the effect.
        units_a_day: Traffic.
    """

    mean: float
    deviation: float
    detect: float
    variance_removed: float = 0.0
    treated: float = 0.5
    alpha: float = 0.05
    power: float = 0.8
    units_a_day: float | None = None


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
    chances = 0.0 < wish.alpha < 1.0 and 0.0 < wish.power < 1.0
    if not shares or not chances or wish.deviation <= 0.0 or not wish.mean * wish.detect:
        raise BadPlan
    variance = wish.deviation**2 * (1.0 - wish.variance_removed)
    point = Point(2, wish.mean, variance)
    ratio = wish.treated / (1.0 - wish.treated)
    units = math.ceil(units_needed(point, wish.detect, ratio, wish.alpha, wish.power))
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
        alpha: Chance of a false alarm.
        power: Chance of seeing the effect.
    """
    asked = TeaMean("v", use_t=False, alpha=alpha, power=power, ratio=ratio, rel_effect_size=detect)
    return float(asked.solve_power_from_aggregates(_told(point), "n_obs")[0].n_obs)


def power_now(point: Point, detect: float, ratio: float, alpha: float) -> float:
    """Return the chance of seeing a relative effect with the units that there are."""
    asked = TeaMean("v", use_t=False, alpha=alpha, ratio=ratio, rel_effect_size=detect)
    return float(asked.solve_power_from_aggregates(_told(point), "power")[0].power)


def minimum_detectable(point: Point, ratio: float, alpha: float, power: float) -> float:
    """Return the least relative effect that is seen with a power."""
    asked = TeaMean("v", use_t=False, alpha=alpha, power=power, ratio=ratio)
    answer = asked.solve_power_from_aggregates(_told(point), "rel_effect_size")
    return abs(float(answer[0].rel_effect_size))


def _told(point: Point) -> Aggregates:
    return Aggregates(point.n, {"v": point.mean}, {"v": point.variance})
