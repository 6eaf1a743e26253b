"""Picking: from what each action is worth to one that is taken, with the chance that it had."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
import numpy as np

from tailorbird.decide.actions.action import NOTHING


class Competing(msgspec.Struct, frozen=True):
    """An action that may be taken.

    Attributes:
        name: which.
        gain: what it is expected to earn more than doing nothing, in major units.
        places: what it takes up: its placement or channel, and its exclusive group.
        priority: settles what is worth the same.
    """

    name: str
    gain: float
    places: frozenset[str]
    priority: int = 0


class Picked(msgspec.Struct, frozen=True):
    """An action that is taken, and the policy from which luck drew it.

    Attributes:
        name: which.
        probability: with which it was drawn.
        best: whether it is the one that is worth most.
        chances: of everything that could have been drawn in this place, by name.
    """

    name: str
    probability: float
    best: bool
    chances: dict[str, float]


IDLE = Competing(NOTHING, 0.0, frozenset())


def picked(
    competing: Sequence[Competing], limit: int, explore: float, rng: np.random.Generator
) -> tuple[Picked, ...]:
    """Return what is taken: at most `limit` actions that get along, or nothing alone.

    Each place is drawn from the chances that are told: what is worth most gets all but the share
    that is explored, which is spread evenly. What takes up the same place as an action taken
    before, or is of its exclusive group, is out; so is everything once nothing is drawn.

    Args:
        competing: actions that may be taken, without doing nothing.
        limit: how many may be.
        explore: the share of draws that is spread evenly.
        rng: luck of the draw.
    """
    left = [IDLE, *competing]
    taken: list[Picked] = []
    while len(taken) < limit:
        best = max(left, key=lambda one: (one.gain, one.name == NOTHING, one.priority, one.name))
        even = explore / len(left)
        chances = {one.name: even + (1.0 - explore) * (one is best) for one in left}
        found = left[_drawn(chances.values(), rng)]
        if found is IDLE and taken:
            break
        taken.append(Picked(found.name, chances[found.name], found is best, chances))
        if found is IDLE:
            break
        left = [IDLE, *(one for one in left[1:] if not (one.places & found.places))]
        if len(left) == 1:
            break
    return tuple(taken)


def _drawn(chances: Iterable[float], rng: np.random.Generator) -> int:
    sums = [*accumulate(chances)]
    return min(bisect_right(sums, rng.random()), len(sums) - 1)
