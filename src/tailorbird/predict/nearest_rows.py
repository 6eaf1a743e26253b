"""The best few columns of each row of a sparse matrix, as plain arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes, Offsets


class Neighbors(NamedTuple):
    """For each item a short list of others.

    Attributes:
        codes: int32[n, K], best first, padded with -1.
        scores: float32[n, K], falling, 0 where padded.
    """

    codes: Codes
    scores: NDArray[np.float32]


def top_columns(matrix: scipy.sparse.csr_array, k: int) -> Neighbors:
    """Return the k largest positive entries of each row; equal ones by the lower column.

    Args:
        matrix: float32[n, m].
        k: Entries a row.
    """
    ordered = scipy.sparse.csr_array(matrix)
    ordered.sort_indices()
    return Neighbors(
        *_top(
            ordered.indptr.astype(np.int64),
            ordered.indices.astype(np.int32),
            ordered.data.astype(np.float32),
            k,
        )
    )


def top_of_rows(whole: NDArray[np.float32], k: int) -> Neighbors:
    """Return the k largest positive entries of each row of a dense matrix.

    Args:
        whole: float32[n, m].
        k: Entries a row.
    """
    width = min(k, whole.shape[1])
    codes = np.full((len(whole), k), -1, np.int32)
    scores = np.zeros((len(whole), k), np.float32)
    if not width:
        return Neighbors(codes, scores)
    best = np.argpartition(-whole, width - 1, axis=1)[:, :width]
    reached = np.take_along_axis(whole, best, axis=1)
    order = np.lexsort((best, -reached), axis=1)
    best = np.take_along_axis(best, order, axis=1)
    reached = np.take_along_axis(reached, order, axis=1)
    real = reached > 0
    codes[:, :width] = np.where(real, best, -1)
    scores[:, :width] = np.where(real, reached, 0.0)
    return Neighbors(codes, scores)


@kernel
def _top(
    offsets: Offsets, columns: Codes, values: NDArray[np.float32], k: int
) -> tuple[Codes, NDArray[np.float32]]:
    count = len(offsets) - 1
    codes = np.full((count, k), -1, np.int32)
    scores = np.zeros((count, k), np.float32)
    for row in range(count):
        for entry in range(offsets[row], offsets[row + 1]):
            value = values[entry]
            if k == 0 or value <= scores[row, k - 1]:
                continue
            slot = k - 1
            while slot > 0 and scores[row, slot - 1] < value:
                codes[row, slot] = codes[row, slot - 1]
                scores[row, slot] = scores[row, slot - 1]
                slot -= 1
            codes[row, slot] = columns[entry]
            scores[row, slot] = value
    return codes, scores
