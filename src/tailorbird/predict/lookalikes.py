"""Look-alikes: what resembles an item by its words and facets, new items included at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse

from tailorbird.catalog.items import Item
from tailorbird.predict.content import ContentModel, Description, Reading, fit_content
from tailorbird.predict.model_files import ModelUnreadable, read_parts, write_parts
from tailorbird.predict.nearest_rows import Neighbors

ALIKE = 24
_KIND = "lookalikes"
_NOTHING = Description("")


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The words of all items, and each item's nearest.

    Attributes:
        content: row i describes item code i; rows of undescribed items are empty.
        neighbors: row i holds the items most like item code i.
    """

    content: ContentModel
    neighbors: Neighbors

    def with_items(self, described: Mapping[int, Description]) -> Lookalikes:
        """Return look-alikes that know more items, without a refit.

        Each new item gets its row, and takes its place in the rows of those it resembles.

        Args:
            described: item code → what it says of itself; codes beyond the known ones.
        """
        content, codes, scores = self.content, self.neighbors.codes, self.neighbors.scores
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
        return Lookalikes(content, Neighbors(codes, scores))

    def save(self, folder: Path) -> None:
        """Write everything to a folder."""
        write_parts(
            folder,
            _KIND,
            {},
            {
                "codes": self.neighbors.codes,
                "scores": self.neighbors.scores,
                "rarity": self.content.rarity,
            },
        )
        scipy.sparse.save_npz(folder / "rows.npz", self.content.rows)


def load_lookalikes(folder: Path) -> Lookalikes:
    """Read what `Lookalikes.save` wrote.

    Raises:
        ModelMissing: there is nothing in the folder.
        ModelUnreadable: a file is damaged, or of a newer version.
    """
    parts = read_parts(folder, _KIND)
    try:
        rows = scipy.sparse.csr_array(scipy.sparse.load_npz(folder / "rows.npz"))
    except (OSError, ValueError) as cause:
        raise ModelUnreadable(f"{folder}: rows.npz is missing or damaged") from cause
    dense = np.zeros((rows.shape[0], 0), np.float32)
    content = ContentModel(Reading(), parts.array("rarity", np.float32), rows, dense)
    neighbors = Neighbors(parts.array("codes", np.int32), parts.array("scores", np.float32))
    return Lookalikes(content, neighbors)


def fit_lookalikes(descriptions: Sequence[Description]) -> Lookalikes:
    """Return the look-alikes of items whose codes are 0, 1, 2 and on."""
    content = fit_content(descriptions)
    return Lookalikes(content, content.neighbors(ALIKE))


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
