"""Look-alikes: what resembles an item by its words and facets, new items included at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tailorbird.catalog.items import Item
from tailorbird.predict.content import ContentModel, Description, Reading, fit_content
from tailorbird.predict.embedding.choosing import NONE, Absent, Placed, careful
from tailorbird.predict.embedding.local import NAME as LOCAL
from tailorbird.predict.embedding.local import LocalEmbedding, load_local
from tailorbird.predict.embedding.vectors import Embedding
from tailorbird.predict.model_files import ModelUnreadable, read_parts, write_parts
from tailorbird.predict.nearest_rows import Neighbors

ALIKE = 24
LOCAL_WEIGHT, REMOTE_WEIGHT = 0.3, 1.0
"""Of the embedding beside the words. The local one's was chosen on the first 70 % of the invoices
of UCI Online Retail; docs/how-to/choose-an-embedding.md has the figures."""
_KIND = "lookalikes"
_NOTHING = Description("")


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The words of all items, and each item's nearest.

    Attributes:
        content: row i describes item code i; rows of undescribed items are empty.
        neighbors: row i holds the items most like item code i.
        embedding: by which texts became vectors; None where words alone are compared, or where
            the one that the version was made with is not set any more.
    """

    content: ContentModel
    neighbors: Neighbors
    embedding: Embedding | None = None

    def with_items(self, described: Mapping[int, Description]) -> Lookalikes:
        """Return look-alikes that know more items, without a refit.

        Each new item gets its row, and takes its place in the rows of those it resembles.

        Args:
            described: item code → what it says of itself; codes beyond the known ones.
        """
        content, codes, scores = self.content, self.neighbors.codes, self.neighbors.scores
        if content.reading.embed is not None:
            content.reading.embed([one.text for one in described.values()])  # all in one call
        for code in range(len(codes), max(described, default=-1) + 1):
            content = content.with_item(described.get(code, _NOTHING))
        missing = content.rows.shape[0] - len(codes)
        if missing <= 0:
            return self
        codes = np.concatenate([codes, np.full((missing, codes.shape[1]), -1, np.int32)])
        scores = np.concatenate([scores, np.zeros((missing, scores.shape[1]), np.float32)])
        for code, description in described.items():
            nearest = content.nearest_to(description, codes.shape[1] + 1)
            others = (nearest.codes[0] != code) & (nearest.codes[0] >= 0)
            found, alike = nearest.codes[0][others], nearest.scores[0][others]
            width = min(codes.shape[1], len(found))
            codes[code, :width], scores[code, :width] = found[:width], alike[:width]
            for other, score in zip(found.tolist(), alike.tolist(), strict=True):
                _insert(codes[other], scores[other], code, score)
        return Lookalikes(content, Neighbors(codes, scores), self.embedding)

    def save(self, folder: Path) -> None:
        """Write everything to a folder."""
        reading, embedding = self.content.reading, self.embedding
        facts = {
            "embedding": NONE if embedding is None else embedding.name,
            "embed_weight": reading.embed_weight,
        }
        arrays = {
            "codes": self.neighbors.codes,
            "scores": self.neighbors.scores,
            "rarity": self.content.rarity,
            "dense": self.content.dense,
        }
        write_parts(folder, _KIND, facts, arrays)
        scipy.sparse.save_npz(folder / "rows.npz", self.content.rows)
        if isinstance(embedding, LocalEmbedding):
            embedding.save(folder / "embedding")


def load_lookalikes(folder: Path, configured: Embedding | None = None) -> Lookalikes:
    """Read what `Lookalikes.save` wrote.

    Args:
        folder: where.
        configured: the embedding that is set now; new items get vectors by it if it is the one
            that the version was made with, and are compared by their words alone otherwise.

    Raises:
        ModelMissing: there is nothing in the folder.
        ModelUnreadable: a file is damaged, or of a newer version.
    """
    parts = read_parts(folder, _KIND)
    try:
        rows = scipy.sparse.csr_array(scipy.sparse.load_npz(folder / "rows.npz"))
    except (OSError, ValueError) as cause:
        raise ModelUnreadable(f"{folder}: rows.npz is missing or damaged") from cause
    dense, embedding, reading = np.zeros((rows.shape[0], 0), np.float32), None, Reading()
    if "embedding" in parts.manifest.facts:  # versions of older releases have words alone
        dense = parts.array("dense", np.float32)
        embedding = _embedding(folder, parts.fact("embedding", str), configured)
        reading = _reading(dense, embedding, parts.fact("embed_weight", float))
    content = ContentModel(reading, parts.array("rarity", np.float32), rows, dense)
    neighbors = Neighbors(parts.array("codes", np.int32), parts.array("scores", np.float32))
    return Lookalikes(content, neighbors, embedding)


def fit_lookalikes(descriptions: Sequence[Description], texts: Placed | None = None) -> Lookalikes:
    """Return the look-alikes of items whose codes are 0, 1, 2 and on.

    Args:
        descriptions: what each says of itself.
        texts: the vectors of their texts; words alone are compared without.
    """
    if texts is None or texts.embedding is None or not texts.vectors.shape[1]:
        content = fit_content(descriptions)
        return Lookalikes(content, content.neighbors(ALIKE))
    weight = LOCAL_WEIGHT if texts.embedding.name == LOCAL else REMOTE_WEIGHT
    given = Reading(embed=lambda _: texts.vectors, embed_weight=weight)
    content = fit_content(descriptions, given)
    reading = _reading(content.dense, texts.embedding, weight)
    return Lookalikes(replace(content, reading=reading), content.neighbors(ALIKE), texts.embedding)


def _reading(dense: NDArray[np.float32], embedding: Embedding | None, weight: float) -> Reading:
    """Return how new items are read, so that they stand beside those that are there."""
    width = dense.shape[1]
    if not width:
        return Reading()
    return Reading(embed=careful(embedding or Absent(), width), embed_weight=weight)


def _embedding(folder: Path, name: str, configured: Embedding | None) -> Embedding | None:
    if name == LOCAL:
        return load_local(folder / "embedding")
    return configured if configured is not None and configured.name == name else None


def description_of(item: Item) -> Description:
    """Return what an item says of itself."""
    facets = tuple(
        (kind, name)
        for kind, _, name in (facet.partition(":") for facet in item.facets())
        if kind not in {"price", "sale"}
    )
    return Description(f"{item.title} {item.description}", facets)


def described_by(facets: Sequence[str]) -> Description:
    """Return the description of an item that only events have told of."""
    pairs = (facet.partition(":") for facet in facets)
    return Description("", tuple((kind, name) for kind, _, name in pairs if kind != "price"))


def _insert(
    codes: np.ndarray[tuple[int], np.dtype[np.int32]],
    scores: np.ndarray[tuple[int], np.dtype[np.float32]],
    code: int,
    score: float,
) -> None:
    """Put an item into a row at the place of its score; the last one drops out."""
    place = int(np.searchsorted(-scores, -score, side="right"))
    if place >= len(codes):
        return
    codes[place + 1 :], scores[place + 1 :] = codes[place:-1].copy(), scores[place:-1].copy()
    codes[place], scores[place] = code, score
