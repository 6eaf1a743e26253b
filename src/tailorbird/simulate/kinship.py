"""Kinship of goods: what truly goes along with an item, and what truly could replace it."""

from collections.abc import Sequence

import msgspec
import numpy as np

from tailorbird.simulate.families import vocabulary
from tailorbird.simulate.goods import ItemTruth

Codes = tuple[int, ...]
"""Places of items in the shop's list."""

_MOST_SUBSTITUTES = 12
_PER_FAMILY = 2  # complements of an item in each family that goes along with its own


class Kin(msgspec.Struct, frozen=True):
    """For every item, by its place in the shop: the codes of its complements and substitutes."""

    complements: tuple[Codes, ...]
    substitutes: tuple[Codes, ...]


def kin_of(truths: Sequence[ItemTruth], rng: np.random.Generator) -> Kin:
    """Return who is kin to whom, both ways: if pegs go along with a tent, it goes with them.

    A complement is of a family that goes along with the item's own and of the line of the same
    rank there, so that an ultralight tent takes an ultralight bag. A substitute is of the same
    family, of the same line first.
    """
    lines = _lines(truths)
    together: list[set[int]] = [set() for _ in truths]
    for code, truth in enumerate(truths):
        for other in _chosen_complements(truth, lines, rng):
            together[code].add(other)
            together[other].add(code)
    return Kin(
        complements=tuple(tuple(sorted(codes)) for codes in together),
        substitutes=tuple(_substitutes(code, truth, lines) for code, truth in enumerate(truths)),
    )


def _lines(truths: Sequence[ItemTruth]) -> list[list[list[int]]]:
    """Return the codes of the items of each family, by line."""
    lines: list[list[list[int]]] = [[] for _ in vocabulary().families]
    for code, truth in enumerate(truths):
        family = lines[truth.family]
        while len(family) <= truth.line:
            family.append([])
        family[truth.line].append(code)
    return lines


def _chosen_complements(
    truth: ItemTruth, lines: list[list[list[int]]], rng: np.random.Generator
) -> list[int]:
    families = vocabulary().families
    places = {family.name: place for place, family in enumerate(families)}
    chosen: list[int] = []
    for name in families[truth.family].complements:
        shelf = lines[places[name]]
        if not shelf:
            continue
        candidates = shelf[truth.line % len(shelf)]
        first = int(rng.integers(len(candidates)))
        chosen.extend(
            candidates[(first + step) % len(candidates)]
            for step in range(min(_PER_FAMILY, len(candidates)))
        )
    return chosen


def _substitutes(code: int, truth: ItemTruth, lines: list[list[list[int]]]) -> Codes:
    family = lines[truth.family]
    found: list[int] = []
    for step in range(len(family)):
        line = family[(truth.line + step) % len(family)]
        found.extend(other for other in line if other != code)
        if len(found) >= _MOST_SUBSTITUTES:
            break
    return tuple(found[:_MOST_SUBSTITUTES])
