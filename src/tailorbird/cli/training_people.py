"""What `tailorbird train` learns of people: purchase intent and customer value."""

from collections.abc import Callable

from tailorbird.beside import files_of, people_model_store
from tailorbird.consent.purposes import Purpose
from tailorbird.predict.people import PeopleModels
from tailorbird.predict.people_trainer import train_people_models
from tailorbird.settings import Settings
from tailorbird.spine.ids import WorkspaceId

MOST_EVENTS = 300_000
"""The newest events are enough to learn how visits go; value is learned from all orders."""


def train_people(
    settings: Settings, name: WorkspaceId, now_ms: int, seed: int, told: Callable[[str], None]
) -> PeopleModels:
    """Learn the models of people; store them where there was enough, to serve if they may.

    Who refused personalization is not learned from; under `consent = "opt-in"`, nor is who was
    not asked.
    """
    files = files_of(settings, name)
    try:
        last = files.facts().logged
        asked_first = settings.consent == "opt-in"
        orders = [
            one.profile.orders
            for one in files.people()
            if one.profile is not None and one.choices.get(Purpose.PERSONALIZATION, not asked_first)
        ]
        log = files.events(after=max(0, last - MOST_EVENTS))
        store = people_model_store(settings, name)
        return train_people_models(log, orders, store, now_ms, seed, told)
    finally:
        files.close()
