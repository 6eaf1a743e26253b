"""What one policy earns more than another: the same shoppers lived under both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tailorbird.bench.rehearsal.living import Lived
from tailorbird.bench.rehearsal.policies import EVERYBODY, GATED, PLAIN, SEEING
from tailorbird.bench.rehearsal.report import Between, Gain
from tailorbird.bench.rehearsal.scene import Floats

_Z = 1.959963984540054


def gains_of(
    under: Mapping[str, Lived], exposed: NDArray[np.bool_], policies: Sequence[str]
) -> tuple[Gain, ...]:
    """Return each policy against the control, and offers by uplift against the other ways to give.

    Args:
        under: by policy, what would have become of the shoppers had everybody seen it.
        exposed: bool[shoppers], who came to a page that recommends.
        policies: the control first.
    """
    return tuple(
        Gain(
            one,
            than,
            _between(under[one].revenue[exposed] - under[than].revenue[exposed]),
            _between(under[one].profit[exposed] - under[than].profit[exposed]),
        )
        for one, than in _pairs(policies)
    )


def possible_share(gains: Sequence[Gain]) -> float | None:
    """Return the share that offers by uplift got of what offers by the hidden truth would add.

    None where one of them, or the policy without offers, was not rehearsed, or nothing is possible.
    """
    added = {one.policy: one.profit.value for one in gains if one.than == PLAIN}
    if GATED not in added or added.get(SEEING, 0.0) <= 0.0:
        return None
    return added[GATED] / added[SEEING]


def pooled(same: Sequence[Gain]) -> Gain:
    """Return the same two policies over several shops, each of which counts alike.

    The interval is over shoppers such as these in these shops.
    """
    revenues, profits = [one.revenue for one in same], [one.profit for one in same]
    return Gain(same[0].policy, same[0].than, _pooled(revenues), _pooled(profits))


def _pairs(policies: Sequence[str]) -> Iterator[tuple[str, str]]:
    control = policies[0]
    yield from ((one, control) for one in policies[1:])
    for one, than in ((GATED, PLAIN), (GATED, EVERYBODY), (SEEING, PLAIN)):
        if one in policies and than in policies and than != control:
            yield one, than


def _between(gaps: Floats) -> Between:
    if not len(gaps):
        return Between(0.0, 0.0, 0.0)
    value = float(gaps.mean())
    half = _Z * float(gaps.std(ddof=1)) / len(gaps) ** 0.5 if len(gaps) > 1 else float("inf")
    return Between(value, value - half, value + half)


def _pooled(many: Sequence[Between]) -> Between:
    value = sum(one.value for one in many) / len(many)
    half = sum((one.value - one.low) ** 2 for one in many) ** 0.5 / len(many)
    return Between(value, value - half, value + half)
