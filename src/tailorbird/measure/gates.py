"""Gates: rules, declared as data, that read the numbers and say go, wait or stop, with reasons."""

from typing import Literal

import msgspec

from tailorbird.measure.reading import EXPOSURES, Comparison, Interval, MetricReading, Reading

Scale = Literal["relative", "absolute"]
Basis = Literal["always_valid", "fixed"]


class Guardrail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A metric that must not get worse by more than a bound.

    Attributes:
        metric: Its name in the reading.
        worsening: The most that is borne, above 0: 0.02 of relative effect is two percent.
        scale: Of the bound.
    """

    metric: str
    worsening: float
    scale: Scale = "relative"


class RolloutGate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What must be so for a rollout to go on.

    Attributes:
        name: The gate's.
        metric: The metric that decides, by its name in the reading.
        at_least: The improvement, in the metric's good direction, that must be proven: 0 for any.
        scale: Of that bound.
        interval: Which interval proves: always valid (look any time), or fixed (look once).
        minimum_exposure: Units in each arm before anything but a stop is said.
        guardrails: What must not get worse; a proven breach stops, and without proof that the
            bound holds the gate waits.
        arm: The arm to judge; the first beside control when left out.
    """

    name: str
    metric: str
    at_least: float = 0.0
    scale: Scale = "relative"
    interval: Basis = "always_valid"
    minimum_exposure: int = 1000
    guardrails: tuple[Guardrail, ...] = ()
    arm: str | None = None


class Go(msgspec.Struct, frozen=True, tag="go"):
    """The rollout may go on."""

    reasons: tuple[str, ...]


class Wait(msgspec.Struct, frozen=True, tag="wait"):
    """It is too early to say."""

    reasons: tuple[str, ...]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """The rollout must stop."""

    reasons: tuple[str, ...]


Answer = Go | Wait | Stop


class _Told(msgspec.Struct, frozen=True):
    """A bound held against an interval: proven, refuted, or open."""

    held: bool | None
    says: str


def judged(gate: RolloutGate, reading: Reading) -> Answer:
    """Return go, wait or stop; broken health, harm and too little exposure come first.

    An arm that nobody has seen yet is no reason to stop: if the split is as planned, it is early.
    """
    broken = [check for check in reading.health.checks if check.status == "broken"]
    if broken and all(check.name == EXPOSURES for check in broken):
        return Wait(tuple(check.says for check in broken))
    if broken:
        return Stop(("The experiment cannot be believed.", *(check.says for check in broken)))
    return _by_numbers(gate, reading)


def _by_numbers(gate: RolloutGate, reading: Reading) -> Answer:
    rails = [_guarded(gate, rail, reading) for rail in gate.guardrails]
    breached = [one.says for one in rails if one.held is False]
    if breached:
        return Stop(tuple(breached))
    few = _too_few(gate, reading)
    goal = _reached(gate, reading)
    if few is not None:
        return Wait((few,))
    if goal.held is False:
        return Stop((goal.says,))
    waiting = [one.says for one in (goal, *rails) if one.held is None]
    if waiting:
        return Wait(tuple(waiting))
    return Go((goal.says, *(one.says for one in rails)))


def _reached(gate: RolloutGate, reading: Reading) -> _Told:
    metric, found = _found(gate, gate.metric, reading)
    within = None if found is None else _improvement(metric, found, gate, gate.scale)
    if within is None:
        return _Told(None, f"{gate.metric} has no interval yet.")
    goal = f"{gate.metric}: an improvement of at least {_shown(gate.at_least, gate.scale)}"
    if within.low is not None and within.low > gate.at_least:
        return _Told(held=True, says=f"{goal} is proven ({_between(within, gate.scale)}).")
    if within.high is not None and within.high < gate.at_least:
        return _Told(held=False, says=f"{goal} is ruled out ({_between(within, gate.scale)}).")
    return _Told(None, f"{goal} is open ({_between(within, gate.scale)}).")


def _guarded(gate: RolloutGate, rail: Guardrail, reading: Reading) -> _Told:
    metric, found = _found(gate, rail.metric, reading)
    within = None if found is None else _improvement(metric, found, gate, rail.scale)
    if within is None:
        return _Told(None, f"The guardrail {rail.metric} has no interval yet.")
    bound = f"{rail.metric}: no more than {_shown(rail.worsening, rail.scale)} worse"
    if within.high is not None and within.high < -rail.worsening:
        return _Told(held=False, says=f"{bound} is breached ({_between(within, rail.scale)}).")
    if within.low is not None and within.low > -rail.worsening:
        return _Told(held=True, says=f"{bound} holds ({_between(within, rail.scale)}).")
    return _Told(None, f"{bound} is open ({_between(within, rail.scale)}).")


def _found(
    gate: RolloutGate, name: str, reading: Reading
) -> tuple[MetricReading | None, Comparison | None]:
    metric = next((one for one in reading.metrics if one.metric == name), None)
    if metric is None:
        return None, None
    fitting = (one for one in metric.comparisons if gate.arm in {None, one.arm})
    return metric, next(fitting, None)


def _improvement(
    metric: MetricReading | None, found: Comparison, gate: RolloutGate, scale: Scale
) -> Interval | None:
    """Return the interval of the improvement: turned around where less is better."""
    within = found.interval
    if gate.interval == "always_valid":
        within = None if found.always_valid is None else found.always_valid.interval
    if within is None or within.low is None or within.high is None or metric is None:
        return None
    base = 1.0
    if scale == "relative":
        if not found.relative_effect or not found.effect:
            return None
        base = found.effect / found.relative_effect
    low, high = within.low / base, within.high / base
    return Interval(low, high) if metric.better == "up" else Interval(-high, -low)


def _too_few(gate: RolloutGate, reading: Reading) -> str | None:
    counts = [one.n for metric in reading.metrics[:1] for one in metric.arms]
    if min(counts, default=0) >= gate.minimum_exposure:
        return None
    return f"The smallest arm has {min(counts, default=0):,} of {gate.minimum_exposure:,} units."


def _shown(value: float, scale: Scale) -> str:
    return f"{value:.1%}" if scale == "relative" else f"{value:g}"


def _between(within: Interval, scale: Scale) -> str:
    return f"{_shown(within.low or 0.0, scale)} to {_shown(within.high or 0.0, scale)}"
