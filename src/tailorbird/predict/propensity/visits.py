"""Visits as they unfold: at each act, what was known by then, and whether an order came soon.

The log is replayed through the same identity and the same fold that serve, and the features are
those of the feature store, read at the moment of the act. So a model is asked with what it learned
from, and never learned from what came later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tailorbird.features.declaring import Feature, Kind, Value
from tailorbird.features.moment import Moment
from tailorbird.features.store import named
from tailorbird.identity.resolve import Graph, resolve
from tailorbird.predict.propensity.tables import Places, Table, Truths
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.profiler import folded
from tailorbird.spine import events
from tailorbird.spine.clock import MINUTE_MS
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import PersonId

MINUTES = 30
"""How soon an order must come to count: as long as the pause that ends a visit."""

MOST_POINTS = 60_000

ACTS = frozenset(
    {
        events.PRODUCT_VIEWED,
        events.PRODUCT_CLICKED,
        events.PRODUCT_ADDED,
        events.PRODUCT_REMOVED,
        events.WISHLISTED,
        events.CART_VIEWED,
        events.CHECKOUT_STARTED,
        events.PAYMENT_INFO_ENTERED,
        events.PRODUCTS_SEARCHED,
        events.LIST_VIEWED,
        events.LIST_FILTERED,
        events.RECOMMENDATION_CLICKED,
    }
)
"""What somebody does in a shop; at each of these the model is asked, and learns."""

FEATURES: tuple[Feature, ...] = named(
    (
        "session_minutes",
        "session_quiet_minutes",
        "session_views",
        "session_adds",
        "session_purchases",
        "session_items",
        "session_repeat_share",
        "session_searches",
        "session_confidence",
        "days_since_first_seen",
        "active_days_30",
        "product_views",
        "adds_to_cart",
        "checkouts_started",
        "orders",
        "days_since_last_order",
        "average_order",
        "discounted_items_share",
        "cart_items",
        "cart_value",
        "days_since_cart_changed",
        "top_category_share",
        "session_stage",
        "device",
        "last_channel",
    )
)
"""What the model reads: numbers first, then words."""

NAMES = tuple(one.name for one in FEATURES)
_WORDS = sum(one.kind is Kind.TEXT for one in FEATURES)

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Beginnings of visits, in the order in which they were known.

    Attributes:
        table: a row of features each.
        bought: bool[n], whether the person ordered within the minutes after.
        at_ms: int64[n].
        visits: int64[n], the same number for beginnings of one visit.
    """

    table: Table
    bought: Truths
    at_ms: Places
    visits: Places


def features_at(moment: Moment) -> Row:
    """Return what the model reads, at a moment."""
    return tuple(one.of(moment) for one in FEATURES)


def prefixes(
    log: Iterable[LoggedEvent],
    rng: np.random.Generator,
    *,
    minutes: int = MINUTES,
    most: int = MOST_POINTS,
) -> Prefixes:
    """Return the beginnings of all visits of a log, and what came of them.

    The acts of the last minutes are left out: what comes of them is not known yet.

    Args:
        log: in its order; sorted here by when each event could have been heeded.
        rng: which of them to take, where there are more than `most`.
        minutes: how soon an order must come to count.
        most: how many to take at most.
    """
    history = sorted(log, key=_known)
    until_ms = max((_known(one)[0] for one in history), default=0) - minutes * MINUTE_MS
    places = [
        number
        for number, one in enumerate(history)
        if one.event.name in ACTS and _known(one)[0] <= until_ms
    ]
    if len(places) > most:
        places = sorted(rng.choice(places, most, replace=False).tolist())
    chosen = set(places)
    whose, rows, ordered = _replayed(history, chosen)
    times = np.array([history[place].event.occurred_at_ms for place in places], np.int64)
    span_ms = minutes * MINUTE_MS
    bought = [
        _soon(ordered.get(person, ()), at_ms, span_ms)
        for person, at_ms in zip(whose, times.tolist(), strict=True)
    ]
    return Prefixes(table_of(rows), np.array(bought, np.bool_), times, _visits(whose, rows, times))


def table_of(rows: Sequence[Row]) -> Table:
    """Return rows of features as a table."""
    count = len(FEATURES) - _WORDS
    numbers = [[np.nan if one is None else float(one) for one in row[:count]] for row in rows]
    words = tuple(
        [None if row[place] is None else str(row[place]) for row in rows]
        for place in range(count, len(FEATURES))
    )
    return Table(NAMES, np.array(numbers, np.float64).reshape(-1, count), words)


def _replayed(
    history: Sequence[LoggedEvent], chosen: set[int]
) -> tuple[list[PersonId], list[Row], dict[PersonId, list[int]]]:
    """Return whose each chosen event was, its features, and when each person ordered.

    Persons are those of the end: who is joined later ordered for both.
    """
    graph = Graph({}, {})
    profiles: dict[PersonId, Profile] = {}
    joined: dict[PersonId, PersonId] = {}
    whose: list[PersonId] = []
    rows: list[Row] = []
    ordered: dict[PersonId, list[int]] = {}
    for number, logged in enumerate(history):
        resolved = resolve(graph, logged)
        for who, profile in folded(profiles, [resolved]).items():
            profiles[who] = EMPTY if profile is None else profile
        if resolved.absorbed is not None:
            joined[resolved.absorbed] = resolved.person
        at_ms = logged.event.occurred_at_ms
        if logged.event.name == events.ORDER_COMPLETED:
            ordered.setdefault(resolved.person, []).append(at_ms)
        elif number in chosen:
            whose.append(resolved.person)
            rows.append(features_at(Moment(at_ms, profiles[resolved.person])))
    final: dict[PersonId, list[int]] = {}
    for person, times in ordered.items():
        final.setdefault(_end(joined, person), []).extend(times)
    return (
        [_end(joined, person) for person in whose],
        rows,
        {person: sorted(times) for person, times in final.items()},
    )


def _end(joined: dict[PersonId, PersonId], person: PersonId) -> PersonId:
    seen = {person}
    while person in joined and joined[person] not in seen:
        person = joined[person]
        seen.add(person)
    return person


def _soon(ordered: Sequence[int], at_ms: int, span_ms: int) -> bool:
    place = bisect_right(ordered, at_ms)
    return place < len(ordered) and ordered[place] <= at_ms + span_ms


def _visits(whose: Sequence[PersonId], rows: Sequence[Row], times: Places) -> Places:
    """Return int64[n], a number for the visit of each: a person's visit starts at one moment."""
    numbers: dict[tuple[PersonId, int], int] = {}
    column = NAMES.index("session_minutes")
    found = []
    for person, row, at_ms in zip(whose, rows, times.tolist(), strict=True):
        length = row[column]
        began = at_ms - round(float(length or 0.0) * MINUTE_MS)
        found.append(numbers.setdefault((person, began), len(numbers)))
    return np.array(found, np.int64)


def as_logged(history: Iterable[Event]) -> Iterator[LoggedEvent]:
    """Yield events as a log would number them."""
    return (LoggedEvent(number, event) for number, event in enumerate(history, 1))


def _known(logged: LoggedEvent) -> tuple[int, int]:
    event = logged.event
    return (event.occurred_at_ms if event.historical else event.received_at_ms, logged.offset)
