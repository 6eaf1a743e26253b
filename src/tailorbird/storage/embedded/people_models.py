"""Trained models of people in a folder, a sub-folder a version, and a pointer to one of them."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tailorbird.predict.customer_value.value_model import load_value
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.people import PeopleModels, fits
from tailorbird.predict.propensity.model import load_propensity
from tailorbird.spine.private import make_private, private_folder, write_private

log = logging.getLogger("tailorbird.models")

_KEPT = 5


class PeopleCard(msgspec.Struct, frozen=True):
    """What a version's card says: what is in it, on how much it was learned, and how good it is."""

    name: str
    minutes: int
    has_intent: bool
    has_value: bool
    facts: dict[str, object]
    refused: dict[str, str]


class PeopleModelFolder:
    """One workspace's models of people; they hold sums over everybody, and nobody by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: str | None = None

    def save(self, models: PeopleModels) -> None:
        """Store a version; it serves from then on."""
        place = self._folder / models.name.replace("@", "-")
        private_folder(place)
        if models.intent is not None:
            models.intent.save(place / "intent")
        if models.value is not None:
            models.value.save(place / "value")
        card = PeopleCard(
            models.name,
            models.minutes,
            models.intent is not None,
            models.value is not None,
            _facts(models),
            models.refused,
        )
        write_private(place / "card.json", msgspec.json.format(msgspec.json.encode(card)))
        make_private(place)
        pointer = self._folder / "current.tmp"
        write_private(pointer, place.name.encode())
        pointer.replace(self._folder / "current")
        for old in sorted(path.parent for path in self._cards())[:-_KEPT]:
            shutil.rmtree(old)

    def load(self) -> PeopleModels | None:
        """Return the version that serves; where it cannot be read, the newest older one that can.

        A version is refused that is damaged, of a newer release, or reads features that are no
        more; that is logged.
        """
        current = self.current()
        if current is None:
            return None
        older = sorted((path.parent.name for path in self._cards()), reverse=True)
        for name in dict.fromkeys([current, *(one for one in older if one < current)]):
            try:
                return self._read(self._folder / name)
            except (ModelUnreadable, ModelMissing) as error:
                log.warning("people_model.refused version=%s said=%s", name, error.detail)
        return None

    def fresh(self) -> PeopleModels | None:
        """Return the version that serves when it is another than at the last call, ready to use."""
        current = self.current()
        if current is None or current == self._seen:
            return None
        self._seen = current
        models = self.load()
        if models is not None and models.intent is not None:
            # Compiles or loads the walk through the trees, so that no answer waits for it.
            models.intent.probability([None] * len(models.intent.names))
        return models

    def current(self) -> str | None:
        """Return the name of the folder that the pointer names."""
        pointer = self._folder / "current"
        return pointer.read_text("utf-8").strip() if pointer.exists() else None

    def versions(self) -> Sequence[PeopleCard]:
        """Return the cards of all versions, oldest first."""
        return [_card(path.parent) for path in sorted(self._cards())]

    def _cards(self) -> Iterator[Path]:
        return self._folder.glob("*/card.json")

    def _read(self, place: Path) -> PeopleModels:
        card = _card(place)
        intent = load_propensity(place / "intent") if card.has_intent else None
        if intent is not None and not fits(intent):
            raise ModelUnreadable(f"{place.name} reads other features than this release has")
        value = load_value(place / "value") if card.has_value else None
        return PeopleModels(card.name, intent, value, card.minutes, card.refused)


def _card(place: Path) -> PeopleCard:
    try:
        return msgspec.json.decode((place / "card.json").read_bytes(), type=PeopleCard)
    except (OSError, msgspec.DecodeError) as cause:
        raise ModelUnreadable(f"The model in {place.name} cannot be read: {cause}") from cause


def _facts(models: PeopleModels) -> dict[str, object]:
    facts: dict[str, object] = {}
    if models.intent is not None:
        marks = models.intent.judged
        facts["intent rows"] = models.intent.learned_from
        facts["intent"] = {
            name: round(getattr(marks, name), 4) for name in ("rate", "auc", "ap", "brier", "ece")
        }
    if models.value is not None:
        facts["customers"] = models.value.customers
        facts["coming back"] = msgspec.to_builtins(models.value.coming_back)
        if models.value.judged is not None:
            facts["order within 90 days"] = {
                name: round(getattr(models.value.judged, name), 4)
                for name in ("auc", "brier", "ece")
            }
    return facts
