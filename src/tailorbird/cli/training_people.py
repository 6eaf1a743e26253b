"""What `tailorbird train` learns of people: purchase intent and customer value."""

from collections.abc import Callable

from tailorbird.beside import files_of, people_model_store
from tailorbird.consent.purposes import Purpose
from tailorbird.predict.people import PeopleModels, learn_people
from tailorbird.settings import Settings
from tailorbird.spine.ids import WorkspaceId

MOST_EVENTS = 300_000
"""The newest events are enough to learn how visits go; value is learned from all orders."""


def train_people(
    settings: Settings, name: WorkspaceId, now_ms: int, seed: int, told: Callable[[str], None]
) -> PeopleModels:
    """Learn the models of people, and store them where there was enough to learn any.

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
        models = learn_people(log, orders, now_ms, seed, told)
    finally:
        files.close()
    if models.intent is not None or models.value is not None:
        people_model_store(settings, name).save(models)
    return models
