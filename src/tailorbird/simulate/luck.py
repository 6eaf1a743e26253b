"""Luck by the handful: single random draws, taken from a generator in batches for speed."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

_HANDFUL = 64  # a visit needs some 40 draws; one call for 64 costs as much as three single ones


class Luck:
    """Draws that depend on nothing but the generator's seed and the order of asking."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Take a generator, which nobody else should draw from as long as this is in use."""
        self.rng = rng
        self._hand: list[float] = []

    @classmethod
    def from_seed(cls, seed: int) -> "Luck":
        """Return the luck that belongs to a seed: what-if runs of one visit share it."""
        return cls(np.random.default_rng(seed))

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        if not self._hand:
            self._hand = self.rng.random(_HANDFUL).tolist()
        return self._hand.pop()

    def happens(self, probability: float) -> bool:
        """Return whether something of this probability comes true."""
        return self.uniform() < probability

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high), each as likely."""
        return low + (high - low) * self.uniform()

    def below(self, count: int) -> int:
        """Return a whole number from 0 to count - 1, each as likely."""
        return int(self.uniform() * count)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely."""
        return options[int(self.uniform() * len(options))]

    def weighted(self, weights: Sequence[float]) -> int:
        """Return an index, as likely as its weight among all; weights need not sum to one."""
        left = self.uniform() * sum(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return index
        return len(weights) - 1

    def wait(self, mean: float) -> float:
        """Return an exponential waiting time around a mean."""
        return -mean * math.log1p(-self.uniform())

    def several(self, options: Sequence[T], count: int) -> tuple[T, ...]:
        """Return up to `count` different options, each as likely, in the order they were drawn."""
        left = list(options)
        drawn: list[T] = []
        while left and len(drawn) < count:
            drawn.append(left.pop(self.below(len(left))))
        return tuple(drawn)
