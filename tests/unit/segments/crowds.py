"""Crowds of people who behave in three ways, to find groups among."""

import numpy as np

from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.segments.portraits import Portrait, portrait
from tailorbird.spine.events import PRODUCT_ADDED, PRODUCT_VIEWED, Event
from tailorbird.spine.ids import PersonId
from tests.makers import DAY, MINUTE, NOON_MS, an_event, an_item, an_order

NOW = NOON_MS + 60 * DAY


def buyer(rng: np.random.Generator) -> list[Event]:
    """Return the history of somebody who buys outdoor gear every week or so, on sale."""
    history = []
    for day in rng.choice(55, int(rng.integers(5, 9)), replace=False):
        at = NOON_MS + int(day) * DAY
        item = an_item(f"tent-{rng.integers(9)}", price=90, category="Outdoor > Tents")
        history += [an_event(PRODUCT_VIEWED, item, at=at), an_event(PRODUCT_ADDED, item, at=at)]
        history.append(an_order(item, at=at + MINUTE, discount=9, total=81))
    return history


def reader(rng: np.random.Generator) -> list[Event]:
    """Return the history of somebody who looks at many books in few visits, and buys none."""
    history = []
    for day in rng.choice(np.arange(40, 59), int(rng.integers(2, 5)), replace=False):
        for minute in range(int(rng.integers(12, 25))):
            item = an_item(f"book-{rng.integers(40)}", price=12, category="Books > Novels")
            at = NOON_MS + int(day) * DAY + minute * MINUTE
            history.append(an_event(PRODUCT_VIEWED, item, at=at))
    return history


def passer_by(rng: np.random.Generator) -> list[Event]:
    """Return the history of somebody who looked at a thing or two of the garden, long ago."""
    at = NOON_MS + int(rng.integers(0, 15)) * DAY
    items = [an_item(f"rake-{rng.integers(9)}", price=20, category="Garden") for _ in range(2)]
    return [an_event(PRODUCT_VIEWED, item, at=at) for item in items[: int(rng.integers(1, 3))]]


WAYS = (buyer, reader, passer_by)


def crowd(count: int = 120, seed: int = 1) -> dict[PersonId, Profile]:
    """Return people who behave in the three ways in turn."""
    rng = np.random.default_rng(seed)
    return {
        PersonId(f"p_{number:04}"): fold_many(EMPTY, WAYS[number % 3](rng))
        for number in range(count)
    }


def portraits(people: dict[PersonId, Profile], now_ms: int = NOW) -> dict[PersonId, Portrait]:
    """Return everybody's portrait."""
    found = {person: portrait(profile, now_ms) for person, profile in people.items()}
    return {person: one for person, one in found.items() if one is not None}
