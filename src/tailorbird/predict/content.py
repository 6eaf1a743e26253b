"""How alike two items are by what is written on them, so that new items have neighbors too."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tailorbird.predict.nearest_rows import Neighbors, top_columns, top_of_rows

WORD = re.compile(r"[^\W_]+", re.UNICODE)
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
CHUNK = 512


class Description(NamedTuple):
    """What an item says of itself.

    Attributes:
        text: Title and description.
        facets: Named values, such as ("brand", "acme") or ("category", "shoes > trail").
    """

    text: str
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How descriptions become numbers.

    Attributes:
        columns: Size of the hashed vocabulary, a power of two.
        text_weight: Weight of the text beside the facets.
        facet_weights: Weight by facet name; `other` serves the rest.
        characters: Length of character runs taken from words as well, 0 for none; they find
            relatives across spellings and compound words.
        embed: Sentences to float32[n, d]; stands beside the hashed words where given.
        embed_weight: Weight of the embedding.
    """

    columns: int = 2**18
    text_weight: float = 1.0
    facet_weights: tuple[tuple[str, float], ...] = (
        ("category", 0.8),
        ("brand", 0.5),
        ("other", 0.3),
    )
    characters: int = 0
    embed: Embed | None = None
    embed_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ContentModel:
    """Fitted descriptions.

    Attributes:
        reading: How they were read.
        rarity: float32[columns], inverse document frequency of words and facet values.
        rows: sparse float32[items, columns], each of length one or zero.
        dense: float32[items, d], embeddings of length one; d is 0 without `embed`.
    """

    reading: Reading
    rarity: NDArray[np.float32]
    rows: scipy.sparse.csr_array
    dense: NDArray[np.float32]

    def neighbors(self, k: int) -> Neighbors:
        """Return the k most alike items of each item, scores between 0 and 1."""
        codes, scores = [], []
        for begin in range(0, self.rows.shape[0], CHUNK):
            found = self._nearest(
                self.rows[begin : begin + CHUNK], self.dense[begin : begin + CHUNK], k, begin
            )
            codes.append(found.codes)
            scores.append(found.scores)
        if not codes:
            return Neighbors(np.full((0, k), -1, np.int32), np.zeros((0, k), np.float32))
        return Neighbors(np.concatenate(codes), np.concatenate(scores))

    def nearest_to(self, description: Description, k: int) -> Neighbors:
        """Return the k most alike items of one description, in a single row."""
        return self._nearest(*_placed([description], self.reading, self.rarity), k, -1)

    def with_item(self, description: Description) -> ContentModel:
        """Return the model with one more item, whose code is the next; nothing is refitted."""
        row, dense = _placed([description], self.reading, self.rarity)
        rows = scipy.sparse.csr_array(scipy.sparse.vstack([self.rows, row], format="csr"))
        return ContentModel(self.reading, self.rarity, rows, np.concatenate([self.dense, dense]))

    def _nearest(
        self, rows: scipy.sparse.csr_array, dense: NDArray[np.float32], k: int, first: int
    ) -> Neighbors:
        """Compare rows with all items; row i is item `first + i` itself unless first is -1."""
        likeness = scipy.sparse.csr_array(rows @ self.rows.T)
        if self.dense.shape[1]:
            whole = likeness.toarray() + dense @ self.dense.T
            if first >= 0:
                np.fill_diagonal(whole[:, first:], 0.0)
            return top_of_rows(whole, k)
        if first >= 0:
            every = scipy.sparse.coo_array(likeness)
            apart = every.col != every.row + first
            likeness = scipy.sparse.csr_array(
                (every.data[apart], (every.row[apart], every.col[apart])), shape=likeness.shape
            )
        return top_columns(likeness, k)


def fit_content(
    descriptions: Sequence[Description], reading: Reading | None = None
) -> ContentModel:
    """Return the model of these items, whose codes are 0, 1, 2 and on.

    Words are hashed (Weinberger et al., 2009) and weighed by rarity (Spärck Jones, 1972).

    Args:
        descriptions: One an item.
        reading: How to read them.
    """
    how = reading or Reading()
    counts = _counted(descriptions, how)
    holding = np.bincount(counts.indices, minlength=how.columns)
    rarity = np.log((1.0 + len(descriptions)) / (1.0 + holding)) + 1.0
    rows, dense = _placed(descriptions, how, rarity.astype(np.float32))
    return ContentModel(how, rarity.astype(np.float32), rows, dense)


def words(text: str, characters: int = 0) -> list[str]:
    """Return the lower-case words of a text, and runs of characters where asked.

    Args:
        text: Any text.
        characters: Length of the runs, 0 for none.
    """
    found = WORD.findall(text.casefold())
    if characters:
        runs = [
            f"#{padded[at : at + characters]}"
            for padded in (f" {word} " for word in found)
            for at in range(max(len(padded) - characters + 1, 1))
        ]
        return found + runs
    return found


def hashed_words(texts: Sequence[str], columns: int, characters: int = 0) -> scipy.sparse.csr_array:
    """Return sparse float32[texts, columns]: damped counts of the words of each text.

    Args:
        texts: Any.
        columns: Size of the hashed vocabulary.
        characters: Length of character runs taken from words as well, 0 for none.
    """
    offsets = [0]
    held: list[int] = []
    values: list[float] = []
    for text in texts:
        counts: dict[int, float] = {}
        for word in words(text, characters):
            column = _column(word, columns)
            counts[column] = counts.get(column, 0.0) + 1.0
        held.extend(counts)
        values.extend(1.0 + np.log(count) for count in counts.values())
        offsets.append(len(held))
    return scipy.sparse.csr_array(
        (np.array(values, np.float32), np.array(held, np.int32), np.array(offsets, np.int64)),
        shape=(len(texts), columns),
    )


def facet_values(name: str, value: str) -> list[str]:
    """Return a facet's value and, for a path like `shoes > trail`, every level above it."""
    levels = [level.strip().casefold() for level in re.split(r"\s*[>/|]\s*", value) if level]
    return [f"{name}={' > '.join(levels[: depth + 1])}" for depth in range(len(levels))]


def _placed(
    descriptions: Sequence[Description], how: Reading, rarity: NDArray[np.float32]
) -> tuple[scipy.sparse.csr_array, NDArray[np.float32]]:
    """Return sparse rows and dense rows such that the dot product of two items is in [0, 1]."""
    rows = _counted(descriptions, how)
    rows.data *= rarity[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    share = 1.0 if how.embed is None else 1.0 / (1.0 + how.embed_weight)
    scale = np.sqrt(share) / np.maximum(lengths, 1e-9)
    rows.data *= np.repeat(scale, np.diff(rows.indptr)).astype(np.float32)
    if how.embed is None:
        return rows, np.zeros((len(descriptions), 0), np.float32)
    dense = np.asarray(how.embed([one.text for one in descriptions]), dtype=np.float32)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    return rows, (dense * np.sqrt(1.0 - share)).astype(np.float32)


def _counted(descriptions: Sequence[Description], how: Reading) -> scipy.sparse.csr_array:
    """Return sparse float32[items, columns]: damped counts of words, weights of facet values."""
    weights = dict(how.facet_weights)
    columns: list[int] = []
    values: list[float] = []
    offsets = [0]
    for text, facets in descriptions:
        counts: dict[int, float] = {}
        for word in words(text, how.characters):
            column = _column(word, how.columns)
            counts[column] = counts.get(column, 0.0) + 1.0
        scale = how.text_weight / np.sqrt(sum(1.0 + np.log(n) for n in counts.values()) or 1.0)
        row = {column: float(scale * (1.0 + np.log(n))) for column, n in counts.items()}
        for name, value in facets:
            weight = weights.get(name, weights.get("other", 0.0))
            for level in facet_values(name, value):
                column = _column(level, how.columns)
                row[column] = row.get(column, 0.0) + weight
        columns.extend(row)
        values.extend(row.values())
        offsets.append(len(columns))
    matrix = scipy.sparse.csr_array(
        (np.array(values, np.float32), np.array(columns, np.int32), np.array(offsets, np.int64)),
        shape=(len(descriptions), how.columns),
    )
    matrix.sort_indices()
    return matrix


def _column(token: str, columns: int) -> int:
    return zlib.crc32(token.encode()) % columns
