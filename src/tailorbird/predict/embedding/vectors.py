"""What an embedding is: a function from texts to vectors of one length, with a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tailorbird.spine.errors import TailorbirdError

Vectors = NDArray[np.float32]
"""float32[texts, width]."""


class EmbeddingFailed(TailorbirdError):
    """Texts could not be turned into vectors."""

    remedy = "Look at the setting `embedding`; until it works, the local embedding is used."


class Embedding(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Which embedding this is, as the setting `embedding` spells it."""
        ...

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text.

        Raises:
            EmbeddingFailed: it could not; says why.
        """
        ...


def checked(vectors: object, count: int, width: int | None, name: str) -> Vectors:
    """Return vectors that came from elsewhere, made sure of.

    Args:
        vectors: what came.
        count: how many texts there were.
        width: how long each vector must be; None where that is not known yet.
        name: of the embedding, for the complaint.

    Raises:
        EmbeddingFailed: too many, too few, of another width, or not finite numbers.
    """
    try:
        with np.errstate(over="ignore"):  # too large becomes infinite, and is found below
            found = np.asarray(vectors, dtype=np.float32)
    except (ValueError, TypeError) as cause:
        raise EmbeddingFailed(f"{name}: vectors of different lengths, or no numbers") from cause
    if found.ndim != 2 or len(found) != count:
        raise EmbeddingFailed(f"{name}: {len(found)} vectors for {count} texts")
    if found.shape[1] == 0 or (width is not None and found.shape[1] != width):
        raise EmbeddingFailed(f"{name}: vectors of {found.shape[1]} numbers, not {width}")
    if not np.isfinite(found).all():
        raise EmbeddingFailed(f"{name}: a vector holds what is no number")
    return found
