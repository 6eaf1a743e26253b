"""Discoveries stand in places drawn by luck; all other items keep their order."""

from collections import Counter
from itertools import combinations

import numpy as np

from tailorbird.predict.blending import Blended
from tailorbird.predict.composing import Places, _mixed

FOUND = 100
"""Codes from here on are discoveries."""


def places_of(seed: int, size: int, explored: int) -> tuple[int, ...]:
    """Where the discoveries of a slate stand, from 0."""
    return tuple(np.flatnonzero(mixed(seed, size, explored) >= FOUND).tolist())


def mixed(seed: int, size: int, explored: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The codes of a slate."""
    best = np.arange(size, dtype=np.int32)
    blended = Blended(
        best, np.ones(size, np.float32), np.zeros(size, np.int8), np.zeros(size, np.int32)
    )
    found = np.arange(FOUND, FOUND + explored, dtype=np.int32)
    slate = _mixed(blended, size - explored, found, Places(size, explored, 9, seed))
    return slate.codes


def seeds(count: int) -> list[int]:
    return [int(one) for one in np.random.default_rng(7).integers(0, 2**62, count)]


def test_a_discovery_stands_in_every_place_as_often() -> None:
    met = Counter(places_of(seed, 12, 1) for seed in seeds(6_000))
    assert set(met) == {(place,) for place in range(12)}
    assert all(abs(count - 500) < 5 * 500**0.5 for count in met.values())


def test_every_set_of_places_is_as_likely() -> None:
    met = Counter(places_of(seed, 6, 2) for seed in seeds(7_500))
    assert set(met) == set(combinations(range(6), 2))
    assert all(abs(count - 500) < 5 * 500**0.5 for count in met.values())


def test_the_best_keep_their_order_around_discoveries() -> None:
    codes = mixed(11, 12, 3)
    assert codes[codes < FOUND].tolist() == list(range(9))
    assert codes[codes >= FOUND].tolist() == [FOUND, FOUND + 1, FOUND + 2]
