"""Related items: for every item a short list of others, such as complements or look-alikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.leaders import NOBODY, Ladder
from tailorbird.predict.sessions import Codes


@dataclass(frozen=True, slots=True)
class Related:
    """Neighbour lists of fixed width.

    Attributes:
        codes: int32[n, K], best first, padded with -1.
        scores: float32[n, K], 0 to 1.
    """

    codes: NDArray[np.int32]
    scores: NDArray[np.float32]

    def of(self, anchors: Codes) -> Ladder:
        """Return the neighbours of all anchors in one ladder; the best word on each item counts."""
        known = anchors[anchors < len(self.codes)]
        if not len(known):
            return NOBODY
        codes = self.codes[known].ravel()
        scores = self.scores[known].ravel()
        real = codes >= 0
        return Ladder(codes[real], scores[real])
