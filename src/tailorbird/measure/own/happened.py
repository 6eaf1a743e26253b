"""What a shop's own log and journal say of an experiment: plain rows, one pass over each."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from tailorbird.experiments.experiment import Experiment, ExposedBy, Unit
from tailorbird.spine import events as names
from tailorbird.spine.events import Event

FLAG_LEVEL = "flag"
EXPERIMENT_VIEWED = "Experiment Viewed"
_ORDERS = frozenset({names.ORDER_COMPLETED, "Store Purchase Completed"})
_NOT_THEIRS = ("Message ", "Segment ", "Person ", "Journey ", "Decision ", "Order Refunded")
_COUNTED = {
    names.RECOMMENDATION_CLICKED: "clicked",
    names.RECOMMENDATION_VIEWED: "viewed",
    "Message Unsubscribed": "unsubscribed",
    "Message Complained": "complained",
}


class Source(msgspec.Struct, frozen=True):
    """Where it is read from.

    Attributes:
        decisions: the journal, oldest first; records with `decisions` as plain objects.
        events: the log, in its order.
        whose: identifier key → person, as it is known now.
        left_out: people who do not want to be measured.
        margins: item → what one piece leaves, in minor units.
    """

    decisions: Callable[[], Iterable[Any]]
    events: Callable[[], Iterable[Event]]
    whose: Mapping[str, str]
    left_out: Collection[str] = ()
    margins: Mapping[str, int] = {}

    def person(self, user_id: str | None, anonymous_id: str | None) -> str | None:
        """Return who some identifiers are now, the user's first."""
        found = None
        if user_id is not None:
            found = self.whose.get(f"user:{user_id}")
        if found is None and anonymous_id is not None:
            found = self.whose.get(f"anonymous:{anonymous_id}")
        return found


class Decided(NamedTuple):
    """An arm in one placement of a decision, or in one flag that was told.

    `direct` says that the decision itself was the exposure.
    """

    decision: str
    place: int
    variant: str
    unit: str | None
    person: str | None
    at_ms: int
    direct: bool


class Viewed(NamedTuple):
    """Somebody saw a placement of a decision; or said themselves which arm they saw."""

    decision: str
    place: int
    variant: str
    person: str
    at_ms: int


class Outcome(NamedTuple):
    """What somebody did, by column."""

    person: str
    at_ms: int
    values: dict[str, float]


def decided(source: Source, one: Experiment) -> Iterator[Decided]:
    """Yield every arm that was given to somebody; overrides and the holdout are left out."""
    arms, by_person = set(one.shares), one.unit is Unit.PERSON
    for record in source.decisions():
        for place, slot in enumerate(record.decisions):
            for told in slot.get("experiments") or ():
                if told.get("name") != one.name or "forced" in told or told["variant"] not in arms:
                    continue
                person = source.person(record.user_id, record.anonymous_id) or record.person
                if person in source.left_out:
                    continue
                unit = person if by_person else record.units.get(one.name)
                direct = slot.get("level") == FLAG_LEVEL or one.exposed_by is ExposedBy.DECIDED
                yield Decided(
                    record.decision_id, place, told["variant"], unit, person, record.at_ms, direct
                )


def happened(
    source: Source, one: Experiment, columns: Collection[str]
) -> Iterator[Viewed | Outcome]:
    """Yield what people saw and did, in the order of the log.

    Orders count once, whoever reports them; a refund or a cancellation takes away, when it comes.
    Money is in major units. A refund leaves the margin as it is: whether the goods came back is
    not known.
    """
    orders = _Orders(source.margins)
    for event in source.events():
        person = source.person(event.user_id, event.anonymous_id)
        if person is None or person in source.left_out:
            continue
        viewed = _viewed(event, one, person)
        if viewed is not None:
            yield viewed
        values = orders.values(event)
        for column in (event.name, _COUNTED.get(event.name, "")):
            if column in columns:
                values[column] = 1.0
        if "retained" in columns and not event.name.startswith(_NOT_THEIRS):
            values["retained"] = 1.0
        kept = {column: value for column, value in values.items() if column in columns}
        if kept:
            yield Outcome(person, event.occurred_at_ms, kept)


class _Order(NamedTuple):
    revenue: float
    items: float
    margin: float


class _Orders:
    """Orders that were met, so that each counts once, and can be taken away."""

    def __init__(self, margins: Mapping[str, int]) -> None:
        self._margins = margins
        self._known: dict[str, _Order] = {}

    def values(self, event: Event) -> dict[str, float]:
        fact = event.order
        if fact is None:
            return {}
        if event.name in _ORDERS and fact.order_id not in self._known:
            made = self._known[fact.order_id] = self._order(event)
            return _told(made, 1.0)
        known = self._known.get(fact.order_id)
        if known is None:
            return {}
        if event.name == names.ORDER_CANCELLED:
            self._known[fact.order_id] = _Order(0.0, 0.0, 0.0)
            return _told(known, -1.0) if known.items or known.revenue else {}
        if event.name == names.ORDER_REFUNDED:
            back = min(fact.revenue_minor / 100.0 or known.revenue, known.revenue)
            self._known[fact.order_id] = known._replace(revenue=known.revenue - back)
            return {"revenue": -back}
        return {}

    def _order(self, event: Event) -> _Order:
        revenue = 0 if event.order is None else event.order.revenue_minor
        items = sum(line.quantity for line in event.items)
        margin = sum(self._margins.get(line.id, 0) * line.quantity for line in event.items)
        return _Order(revenue / 100.0, float(items), margin / 100.0)


def _told(order: _Order, sign: float) -> dict[str, float]:
    return {
        "revenue": sign * order.revenue,
        "orders": sign,
        "converted": sign,
        "items": sign * order.items,
        "margin": sign * order.margin,
    }


def _viewed(event: Event, one: Experiment, person: str) -> Viewed | None:
    if event.name == names.RECOMMENDATION_VIEWED and event.exposure is not None:
        stem, _, _ = event.exposure.exposure_id.rpartition("-")
        decision, _, place = stem.rpartition("-")
        if place.isascii() and place.isdecimal() and len(place) < 9:
            return Viewed(decision, int(place), "", person, event.occurred_at_ms)
    if event.name == EXPERIMENT_VIEWED:
        said = event.properties
        if one.name in {said.get("experiment_id"), said.get("experiment_name")}:
            for arm in (said.get("variation_id"), said.get("variation_name")):
                if isinstance(arm, str) and arm in one.shares:
                    return Viewed("", 0, arm, person, event.occurred_at_ms)
    return None
