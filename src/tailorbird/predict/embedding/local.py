"""The default embedding: learned from the shop's own texts, on this machine, in seconds.

Words and runs of characters are hashed (Weinberger et al., 2009), weighed by rarity (Spärck Jones,
1972), and projected onto the strongest directions of the whole catalog by a truncated singular
value decomposition: latent semantic analysis (Deerwester et al., 1990). So texts can be alike
without sharing a word, if other texts use their words together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from tailorbird.predict.content import hashed_words
from tailorbird.predict.embedding.vectors import Vectors
from tailorbird.predict.model_files import read_parts, write_parts

NAME = "local"
COLUMNS = 2**14
WIDTH = 128
_CHARACTERS = 4
_KIND = "local_embedding"


@dataclass(frozen=True, slots=True)
class LocalEmbedding:
    """A fitted embedding.

    Attributes:
        rarity: float32[COLUMNS], inverse document frequency.
        projection: float32[COLUMNS, width]; width is at most 128, less in small catalogs.
    """

    rarity: NDArray[np.float32]
    projection: NDArray[np.float32]

    @property
    def name(self) -> str:
        """Which embedding this is."""
        return NAME

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return float32[texts, width] vectors of length one; of unknown words, zeros."""
        placed = np.asarray(_weighed(texts, self.rarity) @ self.projection, np.float32)
        lengths = np.linalg.norm(placed, axis=1, keepdims=True)
        return np.asarray(placed / np.maximum(lengths, 1e-9), np.float32)

    def save(self, folder: Path) -> None:
        """Write the embedding to a folder."""
        write_parts(folder, _KIND, {}, {"rarity": self.rarity, "projection": self.projection})


def load_local(folder: Path) -> LocalEmbedding:
    """Read what `LocalEmbedding.save` wrote.

    Raises:
        ModelMissing: there is nothing in the folder.
        ModelUnreadable: a file is damaged, or of a newer version.
    """
    parts = read_parts(folder, _KIND)
    return LocalEmbedding(parts.array("rarity", np.float32), parts.array("projection", np.float32))


def fit_local(
    texts: Sequence[str], rng: np.random.Generator, width: int = WIDTH
) -> LocalEmbedding | None:
    """Return an embedding of these texts; None where they are too few to have directions.

    Args:
        texts: of all items, repeated or empty ones included.
        rng: where the decomposition starts.
        width: how many directions, fewer where the texts have no more.
    """
    told = list(dict.fromkeys(text for text in texts if text.strip()))
    counts = hashed_words(told, COLUMNS, _CHARACTERS)
    holding = np.bincount(counts.indices, minlength=COLUMNS)
    width = min(width, len(told) - 2, int((holding > 0).sum()) - 2)
    if width < 2:
        return None
    rarity = (np.log((1.0 + len(told)) / (1.0 + holding)) + 1.0).astype(np.float32)
    start = rng.normal(size=min(counts.shape)).astype(np.float32)
    _, strengths, directions = svds(_weighed(told, rarity), k=width, v0=start)
    strongest = np.argsort(-strengths)
    kept = strongest[strengths[strongest] > 1e-6 * strengths.max()]
    return LocalEmbedding(rarity, np.ascontiguousarray(directions[kept].T, np.float32))


def _weighed(texts: Sequence[str], rarity: NDArray[np.float32]) -> scipy.sparse.csr_array:
    """Return sparse float32[texts, COLUMNS], each row of length one or zero."""
    rows = hashed_words(texts, COLUMNS, _CHARACTERS)
    rows.data *= rarity[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr)).astype(np.float32)
    return rows
