"""Collaborative filtering: what people with a past like this one came to next, however long ago.

A session model knows one visit. This one knows the whole past of people, across visits: each item
that somebody dealt with lends its weight to others, and what was dealt with longer ago lends less.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.board import NOBODY, Ladder
from tailorbird.predict.heap import best_places
from tailorbird.predict.kernel import kernel
from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.ranked import Ranked
from tailorbird.predict.sessions import Codes

REMEMBERED = 16
"""Items of a past that are looked at, the newest ones; at half-lives of a few steps the rest is
nothing."""
LENT = 96
"""Items that one item lends weight to."""
_SLOTS = 4096  # more than twice REMEMBERED * LENT, and a power of two
_SPREAD = 40_503  # Knuth's multiplier: codes in a row land apart
_KIND = "collaborative"


@dataclass(frozen=True, slots=True)
class Collaborative:
    """What each item says of what its people come to.

    Attributes:
        lends: row i holds the items that somebody who dealt with item i comes to, with weights.
        half_life: steps back after which an item of the past lends half as much.
    """

    lends: Neighbors
    half_life: float

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return at most k items for a past given oldest to newest; its own items are not among.

        An item that stands in the past twice counts where it was last.
        """
        past = np.array(list(dict.fromkeys(codes[::-1].tolist()))[:REMEMBERED], np.int32)
        return self.folded_in(past, k)

    def folded_in(self, past: Codes, k: int) -> Ranked:
        """Return at most k items for at most 16 different ones of the past, newest first."""
        if not len(past) or not len(self.lends.codes):
            return Ranked(NOBODY.codes, NOBODY.scores)
        return Ranked(*_folded_in(self.lends, past[:REMEMBERED], 0.5 ** (1.0 / self.half_life), k))

    def ladder(self, past: Codes, falling: NDArray[np.float32]) -> Ladder:
        """Return the best items for a past, newest first, scored by place.

        Args:
            past: int32[], different items.
            falling: float32[k], what each place scores.
        """
        codes = self.folded_in(past, len(falling)).codes
        return Ladder(codes, falling[: len(codes)])

    def save(self, folder: Path) -> None:
        """Write the model to a folder."""
        write_parts(folder, _KIND, {"half_life": self.half_life}, self.lends._asdict())


def load_collaborative(folder: Path) -> Collaborative:
    """Read a model from its folder.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged, or of a newer release.
    """
    parts = read_parts(folder, _KIND)
    lends = Neighbors(parts.array("codes", np.int32), parts.array("scores", np.float32))
    return Collaborative(lends, parts.fact("half_life", float))


@kernel
def _folded_in(
    lends: Neighbors, past: Codes, fading: float, k: int
) -> tuple[Codes, NDArray[np.float32]]:
    """Sum what the past lends, in a small hash table, so that the size of the shop costs nothing.

    Args:
        lends: of the model.
        past: int32[at most 16], different items, newest first.
        fading: what is left of a weight one step further back.
        k: items wanted.
    """
    slots = np.full(_SLOTS, -1, np.int32)
    codes = np.empty(len(past) * (lends.codes.shape[1] + 1), np.int32)
    totals = np.zeros(len(codes), np.float32)
    count = 0
    for code in past:
        slots[_slot(slots, codes, code)] = count
        codes[count] = code
        count += 1
    weight = np.float32(1.0)
    for item in past:
        if item < len(lends.codes):
            for column in range(lends.codes.shape[1]):
                code = lends.codes[item, column]
                if code < 0:
                    break
                slot = _slot(slots, codes, code)
                if slots[slot] < 0:
                    slots[slot] = count
                    codes[count] = code
                    count += 1
                totals[slots[slot]] += weight * lends.scores[item, column]
        weight *= np.float32(fading)
    own = len(past)
    best = best_places(totals[own:count], k)
    return codes[own:count][best], totals[own:count][best]


@kernel
def _slot(slots: Codes, codes: Codes, code: int) -> int:
    """Return the slot of a code, or the free one where it belongs."""
    slot = (code * _SPREAD) & (_SLOTS - 1)
    while slots[slot] >= 0 and codes[slots[slot]] != code:
        slot = (slot + 1) & (_SLOTS - 1)
    return slot
