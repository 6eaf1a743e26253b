"""Where a unit falls between 0 and 1: a salted hash, the same in every process and every year.

A unit is hashed once, by BLAKE2b cut to 64 bits. Each salt then mixes that number anew by the
finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014, with Stafford's constants), so that one unit's places under two salts have nothing to
do with each other. The mixing is the same whether numbers come singly or as an array.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_MASK = 2**64 - 1
_GAMMA = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_TO_UNIT = 2.0**-53  # the 53 highest bits, all that a float holds


def fingerprint(text: str) -> int:
    """Return 64 bits of BLAKE2b over a text in UTF-8, the first byte the highest."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def fingerprints(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Return uint64[texts]: the fingerprint of each."""
    return np.fromiter(map(fingerprint, texts), np.uint64)


def place(unit: int, salt: int) -> float:
    """Return where a unit falls under a salt: at least 0, less than 1.

    Args:
        unit: its fingerprint.
        salt: the fingerprint of what it is placed for.
    """
    mixed = ((unit ^ salt) + _GAMMA) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * _FIRST) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * _SECOND) & _MASK
    return ((mixed ^ (mixed >> 31)) >> 11) * _TO_UNIT


def places(units: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """Return float64[units]: for many fingerprints what `place` returns for each."""
    mixed = (units ^ np.uint64(salt)) + np.uint64(_GAMMA)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(_FIRST)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(_SECOND)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)) * _TO_UNIT, dtype=np.float64)
