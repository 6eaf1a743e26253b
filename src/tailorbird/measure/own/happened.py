"""What a shop's own log and journal say of an experiment: plain rows, one pass over each.

Of each event and decision only those fields are decoded that a reading needs, and what only a few
of them need (lines of orders, properties) only where it is needed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from tailorbird.measure.own.people import LEFT_OUT, People
from tailorbird.spine import events as names
from tailorbird.spine.events import LineItem, OrderFact
from tailorbird.spine.money import to_major

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
_lines = msgspec.msgpack.Decoder(tuple[LineItem, ...]).decode
_properties = msgspec.msgpack.Decoder(dict[str, Any]).decode


class SlotGist(msgspec.Struct, frozen=True, gc=False):
    """Of one placement in a decision, what experiments said there."""

    level: str = ""
    experiments: tuple[dict[str, str], ...] = ()


class DecisionGist(msgspec.Struct, frozen=True, gc=False):
    """Of a stored decision, what a reading needs."""

    decision_id: str
    at_ms: int
    person: str | None = None
    anonymous_id: str | None = None
    user_id: str | None = None
    decisions: tuple[SlotGist, ...] = ()
    units: dict[str, str] = {}


class ExposureGist(msgspec.Struct, frozen=True, gc=False):
    """Which answer an event is about."""

    exposure_id: str


class EventGist(msgspec.Struct, frozen=True, gc=False):
    """Of a stored event, what a reading needs; the rest stays packed."""

    name: str
    occurred_at_ms: int
    anonymous_id: str | None = None
    user_id: str | None = None
    order: OrderFact | None = None
    currency: str | None = None
    exposure: ExposureGist | None = None
    items: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()


class Source(msgspec.Struct, frozen=True):
    """Where it is read from.

    Attributes:
        decisions: the journal, oldest first.
        events: the log, in its order.
        people: who is who, as it is known now.
        margins: item → what one piece leaves, in minor units of the currency it is sold in.
    """

    decisions: Callable[[], Iterable[DecisionGist]]
    events: Callable[[], Iterable[EventGist]]
    people: People
    margins: Mapping[str, int] = {}


class Reach(msgspec.Struct, frozen=True):
    """What of the journal a reading is about.

    Attributes:
        arms: experiment → the variant that was given → the arm of the reading.
        direct: experiments in which the decision itself is the exposure.
        by_person: whether units are people; else what the decision names for the experiment.
    """

    arms: Mapping[str, Mapping[str, str]]
    direct: Collection[str] = ()
    by_person: bool = True


class Decided(NamedTuple):
    """An arm in one placement of a decision, or in one flag that was told.

    `direct` says that the decision itself was the exposure.
    """

    decision: str
    place: int
    variant: str
    unit: int | None
    person: int | None
    at_ms: int
    direct: bool


class Viewed(NamedTuple):
    """Somebody saw a placement of a decision; or said themselves which arm they saw."""

    decision: str
    place: int
    variant: str
    person: int
    at_ms: int


class Outcome(NamedTuple):
    """What somebody did, by column."""

    person: int
    at_ms: int
    values: dict[str, float]


def decided(source: Source, reach: Reach) -> Iterator[Decided]:
    """Yield every arm that was given to somebody; overrides are left out."""
    people = source.people
    for record in source.decisions():
        for place, slot in enumerate(record.decisions):
            for told in slot.experiments:
                name = told.get("name", "")
                arm = reach.arms.get(name, {}).get(told.get("variant", ""))
                if arm is None or "forced" in told:
                    continue
                person = people.of(record.user_id, record.anonymous_id)
                if person is None and record.person is not None:
                    person = people.named(record.person)
                if person == LEFT_OUT:
                    continue
                unit = person if reach.by_person else _unit(people, record.units.get(name))
                direct = slot.level == FLAG_LEVEL or name in reach.direct
                yield Decided(record.decision_id, place, arm, unit, person, record.at_ms, direct)


def _unit(people: People, name: str | None) -> int | None:
    return None if name is None else people.named(f"unit\0{name}")


def happened(source: Source, reach: Reach, columns: Collection[str]) -> Iterator[Viewed | Outcome]:
    """Yield what people saw and did, in the order of the log.

    Orders count once, whoever reports them; a refund or a cancellation takes away, when it comes.
    Money is in major units. A refund leaves the margin as it is: whether the goods came back is
    not known.
    """
    orders = _Orders(source.margins)
    retained, of = "retained" in columns, source.people.of
    counted = {name: column for name, column in _COUNTED.items() if column in columns}
    minded = {*counted, *columns, EXPERIMENT_VIEWED}
    for event in source.events():
        name = event.name
        silent = event.order is None and event.exposure is None and not retained
        if silent and name not in minded:
            continue
        person = of(event.user_id, event.anonymous_id)
        if person is None or person == LEFT_OUT:
            continue
        viewed = _viewed(event, reach, person)
        if viewed is not None:
            yield viewed
        values = {} if event.order is None else orders.values(event, event.order)
        for column in (name, counted.get(name, name)):
            values[column] = 1.0
        if retained and not name.startswith(_NOT_THEIRS):
            values["retained"] = 1.0
        values = {column: value for column, value in values.items() if column in columns}
        if values:
            yield Outcome(person, event.occurred_at_ms, values)


class _Order(NamedTuple):
    revenue: float
    items: float
    margin: float


class _Orders:
    """Orders that were met, so that each counts once, and can be taken away."""

    def __init__(self, margins: Mapping[str, int]) -> None:
        self._margins = margins
        self._known: dict[str, _Order] = {}

    def values(self, event: EventGist, fact: OrderFact) -> dict[str, float]:
        if event.name in _ORDERS and fact.order_id not in self._known:
            made = self._known[fact.order_id] = self._order(event, fact)
            return _told(made, 1.0)
        known = self._known.get(fact.order_id)
        if known is None:
            return {}
        if event.name == names.ORDER_CANCELLED:
            self._known[fact.order_id] = _Order(0.0, 0.0, 0.0)
            return _told(known, -1.0) if known.items or known.revenue else {}
        if event.name == names.ORDER_REFUNDED:
            named = to_major(fact.revenue_minor, event.currency)
            back = min(named or known.revenue, known.revenue)
            self._known[fact.order_id] = known._replace(revenue=known.revenue - back)
            return {"revenue": -back}
        return {}

    def _order(self, event: EventGist, fact: OrderFact) -> _Order:
        lines = _lines(event.items) if event.items else ()
        items = sum(line.quantity for line in lines)
        margin = sum(self._margins.get(line.id, 0) * line.quantity for line in lines)
        revenue = to_major(fact.revenue_minor, event.currency)
        return _Order(revenue, float(items), to_major(margin, event.currency))


def _told(order: _Order, sign: float) -> dict[str, float]:
    return {
        "revenue": sign * order.revenue,
        "orders": sign,
        "converted": sign,
        "items": sign * order.items,
        "margin": sign * order.margin,
    }


def _viewed(event: EventGist, reach: Reach, person: int) -> Viewed | None:
    if event.exposure is not None and event.name == names.RECOMMENDATION_VIEWED:
        stem, _, _ = event.exposure.exposure_id.rpartition("-")
        decision, _, place = stem.rpartition("-")
        if place.isascii() and place.isdecimal() and len(place) < 9:
            return Viewed(decision, int(place), "", person, event.occurred_at_ms)
    if event.name == EXPERIMENT_VIEWED and event.properties:
        said = _properties(event.properties)
        for name in (said.get("experiment_id"), said.get("experiment_name")):
            arms = reach.arms.get(name, {}) if isinstance(name, str) else {}
            for variant in (said.get("variation_id"), said.get("variation_name")):
                if isinstance(variant, str) and variant in arms:
                    return Viewed("", 0, arms[variant], person, event.occurred_at_ms)
    return None
