"""Trained models of people in a folder, a sub-folder a version."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tailorbird.predict.customer_value.value_model import load_value
from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.people import PeopleModels, fits
from tailorbird.predict.propensity.model import load_propensity
from tailorbird.predict.propensity.visits import MINUTES
from tailorbird.predict.registry.card import Card
from tailorbird.storage.embedded.model_versions import Versions


class PeopleModelFolder(Versions[PeopleModels]):
    """One workspace's models of people; they hold sums over everybody, and nobody by name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _write, _read)
        self._seen: str | None = None

    def fresh(self) -> PeopleModels | None:
        """Return the version that serves when it is another than at the last call, ready to use.

        Raises:
            ModelUnreadable: there are versions, and none can be read; said once for each.
        """
        current = self.current()
        if current is None or current == self._seen:
            return None
        self._seen = current
        models = self.load()
        if models is not None and models.intent is not None:
            # Compiles or loads the walk through the trees, so that no answer waits for it.
            models.intent.probability([None] * len(models.intent.names))
        return models


def _write(models: PeopleModels, part: Path, card: Card) -> Card:
    if models.intent is not None:
        models.intent.save(part / "intent")
    if models.value is not None:
        models.value.save(part / "value")
    return msgspec.structs.replace(
        card,
        has_intent=models.intent is not None,
        has_value=models.value is not None,
        facts={**card.facts, "minutes": models.minutes, "refused": models.refused},
    )


def _read(place: Path, card: Card) -> PeopleModels:
    intent = load_propensity(place / "intent") if card.has_intent else None
    if intent is not None and not fits(intent):
        raise ModelUnreadable(f"{place.name} reads other features than this release has")
    value = load_value(place / "value") if card.has_value else None
    refused = _fact(card, "refused", {})
    minutes = _fact(card, "minutes", MINUTES)
    if not isinstance(minutes, int) or not isinstance(refused, Mapping):
        raise ModelUnreadable(f"{place.name}: the card is damaged")
    return PeopleModels(card.name, intent, value, minutes, dict(refused), card.trained_offset)


def _fact(card: Card, name: str, otherwise: object) -> object:
    return card.facts.get(name, otherwise)
