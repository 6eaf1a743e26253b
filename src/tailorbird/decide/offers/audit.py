"""The audit of offers: who was given one and how deep, by group, and where groups differ.

An offer that reads nothing barred can still fall differently on groups, because behavior does. The
audit makes that seen: for each group the share of people who were given a discount (Wilson's 95 %
interval, 1927) and the mean depth of those who were, and how both compare with everybody else.
Differences are tested two-sided and corrected for the number of groups (Holm, 1979). A group given
offers less than four fifths as often as the others is marked, too, as regulators do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import erfc, sqrt

import msgspec

FEWEST = 20
"""A group of fewer people is shown together with other small ones, and not tested."""

SMALL = "(smaller groups)"
_Z = 1.959963984540054
_ALPHA = 0.05
_FOUR_FIFTHS = 0.8


class Met(msgspec.Struct, frozen=True):
    """One person for whom an offer was decided on; `depth` is None where none was given."""

    group: str
    depth: float | None


class GroupReading(msgspec.Struct, frozen=True, rename="camel"):
    """What one group was given.

    Attributes:
        group: its value of the attribute.
        people: for whom it was decided.
        given: how many of them were given a discount.
        rate, rate_low, rate_high: their share, with its 95 % interval.
        depth, depth_low, depth_high: mean depth of what was given, with its 95 % interval; None
            for fewer than two.
        ratio: its rate by that of everybody else; None where that is 0.
        warnings: where it differs from everybody else, in words.
    """

    group: str
    people: int
    given: int
    rate: float
    rate_low: float
    rate_high: float
    depth: float | None
    depth_low: float | None
    depth_high: float | None
    ratio: float | None
    warnings: tuple[str, ...]


def audited(met: Iterable[Met]) -> tuple[GroupReading, ...]:
    """Return a reading for every group, the largest first."""
    groups: dict[str, list[float | None]] = {}
    for one in met:
        groups.setdefault(one.group, []).append(one.depth)
    kept = {name: depths for name, depths in groups.items() if len(depths) >= FEWEST}
    rest = [depth for name, depths in groups.items() if name not in kept for depth in depths]
    rates = _holm({name: _rate_p(depths, _others(name, groups)) for name, depths in kept.items()})
    deep = _holm({name: _depth_p(depths, _others(name, groups)) for name, depths in kept.items()})
    found = [
        _reading(name, depths, _others(name, groups), (rates[name], deep[name]))
        for name, depths in kept.items()
    ]
    found.sort(key=lambda one: (-one.people, one.group))
    if rest:
        found.append(_reading(SMALL, rest, [], (1.0, 1.0)))
    return tuple(found)


def _reading(
    name: str,
    depths: Sequence[float | None],
    others: Sequence[float | None],
    p_values: tuple[float, float],
) -> GroupReading:
    people, given = len(depths), [one for one in depths if one is not None]
    rate, (low, high) = len(given) / people, wilson(len(given), people)
    theirs = [one for one in others if one is not None]
    their_rate = len(theirs) / len(others) if others else 0.0
    ratio = rate / their_rate if their_rate else None
    mean, depth_low, depth_high = _mean(given)
    warnings = []
    if p_values[0] < _ALPHA:
        warnings.append(f"given to {rate:.1%}, to {their_rate:.1%} of everybody else")
        if ratio is not None and ratio < _FOUR_FIFTHS:
            warnings.append("less than four fifths as often as everybody else")
    if p_values[1] < _ALPHA and mean is not None:
        warnings.append(f"{mean:.2f} deep, {sum(theirs) / len(theirs):.2f} for everybody else")
    return GroupReading(
        group=name,
        people=people,
        given=len(given),
        rate=rate,
        rate_low=low,
        rate_high=high,
        depth=mean,
        depth_low=depth_low,
        depth_high=depth_high,
        ratio=ratio,
        warnings=tuple(warnings),
    )


def wilson(wins: int, tries: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927)."""
    if not tries:
        return 0.0, 1.0
    share, square = wins / tries, _Z * _Z
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    half = _Z * sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    half /= 1 + square / tries
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _others(name: str, groups: Mapping[str, Sequence[float | None]]) -> list[float | None]:
    return [depth for other, depths in groups.items() if other != name for depth in depths]


def _mean(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    if len(values) < 2:
        return (values[0] if values else None), None, None
    mean = sum(values) / len(values)
    half = _Z * sqrt(_variance(values) / len(values))
    return mean, mean - half, mean + half


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((one - mean) ** 2 for one in values) / (len(values) - 1)


def _rate_p(here: Sequence[float | None], there: Sequence[float | None]) -> float:
    """Return the two-sided p-value that both are given offers at the same rate."""
    if not here or not there:
        return 1.0
    a, b = sum(one is not None for one in here), sum(one is not None for one in there)
    pooled = (a + b) / (len(here) + len(there))
    spread = pooled * (1 - pooled) * (1 / len(here) + 1 / len(there))
    return 1.0 if spread <= 0 else _two_sided((a / len(here) - b / len(there)) / sqrt(spread))


def _depth_p(here: Sequence[float | None], there: Sequence[float | None]) -> float:
    """Return the two-sided p-value that what both are given is as deep on average (Welch)."""
    a = [one for one in here if one is not None]
    b = [one for one in there if one is not None]
    if len(a) < FEWEST or len(b) < FEWEST:
        return 1.0
    spread = _variance(a) / len(a) + _variance(b) / len(b)
    apart = sum(a) / len(a) - sum(b) / len(b)
    if spread <= 0:
        return 0.0 if apart else 1.0
    return _two_sided(apart / sqrt(spread))


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p-values corrected for how many there are (Holm, 1979)."""
    ordered = sorted(p_values, key=lambda name: p_values[name])
    worst, found = 0.0, {}
    for place, name in enumerate(ordered):
        worst = max(worst, min(p_values[name] * (len(ordered) - place), 1.0))
        found[name] = worst
    return found
