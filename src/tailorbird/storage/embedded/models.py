"""Trained models of items in a folder, a sub-folder a version."""

import logging
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.collaborative import load_collaborative
from tailorbird.predict.embedding.vectors import Embedding
from tailorbird.predict.hybrid.model import Hybrid, load_hybrid
from tailorbird.predict.lookalikes import load_lookalikes
from tailorbird.predict.model_files import (
    ModelMissing,
    ModelUnreadable,
    read_parts,
    write_parts,
)
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.next_item import load as load_next_item
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.rebuying import Rebuys
from tailorbird.predict.registry.card import Card
from tailorbird.predict.sessions import Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.storage.embedded.model_seals import check
from tailorbird.storage.embedded.model_versions import Versions

log = logging.getLogger("tailorbird.models")

_HYBRID = "hybrid"
_REBUYS = "rebuys.json"


class _Items(msgspec.Struct, frozen=True):
    """Item ids and facets, by code."""

    ids: list[str]
    facets: list[tuple[str, ...]]


class ModelFolder(Versions[Trained]):
    """One workspace's trained models of items.

    Args:
        folder: where.
        embedding: what is set to make vectors of texts, where that is not fitted here.
    """

    def __init__(self, folder: Path, embedding: Embedding | None = None) -> None:
        super().__init__(
            folder, _write, lambda place, card: _read(place, card, embedding), (_HYBRID,)
        )

    def lacking(self, name: str) -> str | None:
        """Return why a version serves without its learned ranker; None where all is well.

        Without it the blend of weights orders, as where the gate lets none through: a file that
        cannot be used takes nothing else with it.
        """
        card = self.card(name)
        found = None if card is None else _hybrid(self._place(card.name), card)
        return found if isinstance(found, str) else None


def _write(trained: Trained, part: Path, card: Card) -> Card:
    models = trained.models
    items = _Items(ids=trained.vocabulary.ids, facets=trained.facets)
    (part / "items.json").write_bytes(msgspec.json.encode(items))
    if models.next_item is not None:
        models.next_item.save(part / "next_item")
    if models.complements is not None:
        write_parts(part / "complements", "complements", {}, models.complements._asdict())
    if models.similar is not None:
        models.similar.save(part / "similar")
    if models.collaborative is not None:
        models.collaborative.save(part / "collaborative")
    if models.hybrid is not None:
        models.hybrid.save(part / _HYBRID)
    if models.rebuys is not None:
        (part / _REBUYS).write_bytes(msgspec.json.encode(models.rebuys))
    write_parts(part / "standings", "standings", *trained.standings.parts())
    return msgspec.structs.replace(
        card,
        has_next_item=models.next_item is not None,
        has_complements=models.complements is not None,
        has_similar=models.similar is not None,
        has_collaborative=models.collaborative is not None,
        has_hybrid=models.hybrid is not None,
    )


def _read(place: Path, card: Card, embedding: Embedding | None) -> Trained:
    try:
        items = msgspec.json.decode((place / "items.json").read_bytes(), type=_Items)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise ModelUnreadable(f"The model in {place.name} cannot be read: {cause}") from cause
    hybrid = _hybrid(place, card)
    if isinstance(hybrid, str):
        log.warning("models.ranker_left_out version=%s reason=%s", card.name, hybrid)
        hybrid = None
    models = Models(
        name=card.name,
        trained_offset=card.trained_offset,
        next_item=load_next_item(place / "next_item") if card.has_next_item else None,
        complements=_complements(place / "complements") if card.has_complements else None,
        similar=load_lookalikes(place / "similar", embedding) if card.has_similar else None,
        collaborative=(
            load_collaborative(place / "collaborative") if card.has_collaborative else None
        ),
        hybrid=hybrid,
        rebuys=_rebuys(place / _REBUYS),
    )
    vocabulary = Vocabulary.of(items.ids)
    return Trained(models, vocabulary, items.facets, _standings(place / "standings"))


def _hybrid(place: Path, card: Card) -> Hybrid | str | None:
    """Return a version's learned ranker, or why it cannot be used; None where it has none."""
    if not card.has_hybrid:
        return None
    try:
        check(place, only=_HYBRID)
        return load_hybrid(place / _HYBRID)
    except (ModelUnreadable, ModelMissing) as cause:
        return f"{card.name} serves without its learned ranker, the weights order: {cause.detail}"


def _rebuys(path: Path) -> Rebuys | None:
    """Return how soon things are bought again; None where that was not learned."""
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Rebuys)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise ModelUnreadable(f"{path} cannot be read: {cause}") from cause


def _complements(place: Path) -> Neighbors:
    parts = read_parts(place, "complements")
    return Neighbors(parts.array("codes", np.int32), parts.array("scores", np.float32))


def _standings(place: Path) -> Standings:
    parts = read_parts(place, "standings")
    channels = parts.fact("channels", list[str])
    names = ["long", "short", *(f"channel_{number}" for number in range(len(channels)))]
    arrays = [parts.array(name, np.float64) for name in names]
    return Standings.of(channels, parts.fact("landmarks", list[float]), arrays)
