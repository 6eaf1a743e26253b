"""How often a method comes off: a Beta posterior, drawn towards wider groups where little is known.

From all methods to one, then to baskets of this size, to this country, to this kind of device: each
step's prior is the step before, worth twenty attempts. A group of fewer than ten attempts is not
looked at by itself, so that no answer shows what one person did.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tailorbird.decide.checkout.attempts import Cell, Place

STRENGTH = 20.0
FEWEST = 10
_HOPE = 0.9  # before anything is known


class Success(msgspec.Struct, frozen=True):
    """The posterior Beta(wins, losses) of a method's success, and on how much it rests."""

    wins: float
    losses: float
    tries: int

    @property
    def mean(self) -> float:
        """The expected share of attempts that come off."""
        return self.wins / (self.wins + self.losses)


def success(cells: Mapping[Place, Cell], place: Place, pooled: float) -> Success:
    """Return the posterior for one method in one place.

    Args:
        cells: the counts of every group.
        place: (method, basket, country, device).
        pooled: the share of all attempts that come off.
    """
    mean, tries = pooled, 0
    for depth in range(1, len(place) + 1):
        cell = cells.get(place[:depth])
        if cell is None or cell.tries < FEWEST:
            break
        mean = (cell.wins + STRENGTH * mean) / (cell.tries + STRENGTH)
        tries = cell.tries
    known = tries + STRENGTH
    return Success(mean * known, (1 - mean) * known, tries)


def pooled(cells: Mapping[Place, Cell]) -> float:
    """Return the share of all attempts that come off, by whatever method."""
    tries = wins = 0.0
    for place, cell in cells.items():
        if len(place) == 1:
            tries, wins = tries + cell.tries, wins + cell.wins
    return (wins + STRENGTH * _HOPE) / (tries + STRENGTH)
