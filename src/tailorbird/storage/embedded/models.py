"""Trained models in a folder, a sub-folder a version, and a pointer to the one that serves."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.lookalikes import load_lookalikes
from tailorbird.predict.model_files import ModelUnreadable, read_parts, write_parts
from tailorbird.predict.nearest_rows import Neighbours
from tailorbird.predict.next_item import load as load_next_item
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.sessions import Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.spine.private import make_private, private_folder, write_private

_KEPT = 5


class _Items(msgspec.Struct, frozen=True):
    """Item ids and facets, by code."""

    ids: list[str]
    facets: list[tuple[str, ...]]


class _Version(msgspec.Struct, frozen=True):
    """What a version's card says."""

    name: str
    trained_offset: int
    facts: dict[str, object]
    has_next_item: bool
    has_complements: bool
    has_similar: bool


class ModelFolder:
    """One workspace's trained models."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, trained: Trained, facts: dict[str, object]) -> None:
        models = trained.models
        place = self._folder / models.name.replace("@", "-")
        private_folder(place)
        items = _Items(ids=trained.vocabulary.ids, facets=trained.facets)
        (place / "items.json").write_bytes(msgspec.json.encode(items))
        if models.next_item is not None:
            models.next_item.save(place / "next_item")
        if models.complements is not None:
            write_parts(place / "complements", "complements", {}, models.complements._asdict())
        if models.similar is not None:
            models.similar.save(place / "similar")
        write_parts(place / "standings", "standings", *trained.standings.parts())
        card = _Version(
            name=models.name,
            trained_offset=models.trained_offset,
            facts=facts,
            has_next_item=models.next_item is not None,
            has_complements=models.complements is not None,
            has_similar=models.similar is not None,
        )
        (place / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card)))
        make_private(place)
        pointer = self._folder / "current.tmp"
        write_private(pointer, place.name.encode())
        pointer.replace(self._folder / "current")
        self._prune()

    def load(self) -> Trained | None:
        pointer = self._folder / "current"
        if not pointer.exists():
            return None
        return self._read(self._folder / pointer.read_text("utf-8").strip())

    def versions(self) -> Sequence[dict[str, object]]:
        cards = sorted(self._folder.glob("*/card.json"))
        return [msgspec.json.decode(card.read_bytes(), type=dict[str, object]) for card in cards]

    def current(self) -> str | None:
        """Return the name of the folder that the pointer names."""
        pointer = self._folder / "current"
        return pointer.read_text("utf-8").strip() if pointer.exists() else None

    def _read(self, place: Path) -> Trained:
        try:
            card = msgspec.json.decode((place / "card.json").read_bytes(), type=_Version)
            items = msgspec.json.decode((place / "items.json").read_bytes(), type=_Items)
        except (OSError, msgspec.DecodeError) as cause:
            raise ModelUnreadable(f"The model in {place.name} cannot be read: {cause}") from cause
        models = Models(
            name=card.name,
            trained_offset=card.trained_offset,
            next_item=load_next_item(place / "next_item") if card.has_next_item else None,
            complements=_complements(place / "complements") if card.has_complements else None,
            similar=load_lookalikes(place / "similar") if card.has_similar else None,
        )
        vocabulary = Vocabulary.of(items.ids)
        return Trained(models, vocabulary, items.facets, _standings(place / "standings"))

    def _prune(self) -> None:
        places = sorted(card.parent for card in self._folder.glob("*/card.json"))
        for old in places[:-_KEPT]:
            shutil.rmtree(old)


def _complements(place: Path) -> Neighbours:
    parts = read_parts(place, "complements")
    return Neighbours(parts.array("codes", np.int32), parts.array("scores", np.float32))


def _standings(place: Path) -> Standings:
    parts = read_parts(place, "standings")
    channels = parts.fact("channels", list[str])
    names = ["long", "short", *(f"channel_{number}" for number in range(len(channels)))]
    arrays = [parts.array(name, np.float64) for name in names]
    return Standings.of(channels, parts.fact("landmarks", list[float]), arrays)
