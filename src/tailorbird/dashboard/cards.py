"""Cards: items, events and decisions with the names and pictures that the catalog has for them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.ports import DecisionRecord
from tailorbird.flow.feed import Happening
from tailorbird.spine.events import RECOMMENDATION_VIEWED
from tailorbird.spine.ids import ItemId, PersonId

_PICTURES = ("https://", "http://", "data:image/", "/")
_SOURCES_SHOWN = 4


class ItemCard(msgspec.Struct, frozen=True):
    """An item as a page shows it; one that the catalog does not know shows its id."""

    id: str
    title: str
    image: str | None = None
    price_minor: int | None = None
    currency: str | None = None
    category: str | None = None
    brand: str | None = None
    known: bool = True


class EventCard(msgspec.Struct, frozen=True):
    """One event as a page shows it."""

    happening: Happening
    item: ItemCard | None
    more: int


class Part(msgspec.Struct, frozen=True):
    """What one source said for an item: its weight, and its share (0..1) of all that was said."""

    source: str
    weight: float
    share: float


class PickCard(msgspec.Struct, frozen=True):
    """One item of a decision with its reason, and with scores where they were asked for."""

    item: ItemCard
    position: int
    reason: str
    explore: bool
    score: float | None = None
    parts: tuple[Part, ...] = ()
    facet: str | None = None


class DecisionCard(msgspec.Struct, frozen=True):
    """One placement's decision."""

    placement: str
    level: str
    policy: str
    model: str
    picks: tuple[PickCard, ...]
    at_ms: int | None = None
    person: PersonId | None = None
    took_ms: float | None = None
    notice: str | None = None


class Shelf:
    """Makes cards from one workspace's catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def item(self, name: str) -> ItemCard:
        """Return an item's card."""
        found = self._catalog.get(ItemId(name))
        if found is None:
            return ItemCard(id=name, title=name, known=False)
        return ItemCard(
            id=name,
            title=found.title or name,
            image=found.image if (found.image or "").startswith(_PICTURES) else None,
            price_minor=found.asking_minor,
            currency=found.currency,
            category=found.category[-1] if found.category else None,
            brand=found.brand,
        )

    def event(self, happening: Happening) -> EventCard:
        """Return an event's card, with its first item."""
        item = self.item(happening.items[0]) if happening.items else None
        return EventCard(happening, item, max(0, len(happening.items) - 1))

    def events(self, happenings: Iterable[Happening]) -> list[EventCard]:
        """Return cards in the same order; what one page shows is one card."""
        return [self.event(one) for one in gathered(happenings)]

    def decisions(self, records: Iterable[DecisionRecord], most_items: int) -> list[DecisionCard]:
        """Return a card for each placement of journaled answers that showed items."""
        return [
            self._decision(record, decision, most_items)
            for record in records
            for decision in record.decisions
            if decision.get("items")
        ]

    def picks(self, items: Sequence[Any], *, as_items: bool = True) -> tuple[PickCard, ...]:
        """Return cards of a decision's items, as plain objects; payment methods are no items."""
        return tuple(self._pick(one, as_items=as_items) for one in items)

    def _decision(
        self, record: DecisionRecord, decision: dict[str, Any], most_items: int
    ) -> DecisionCard:
        as_items = decision["placement"] != "payment_methods"
        return DecisionCard(
            placement=decision["placement"],
            level=decision["level"],
            policy=decision["policy"],
            model=decision["model"],
            picks=self.picks(decision["items"][:most_items], as_items=as_items),
            at_ms=record.at_ms,
            person=record.person,
            took_ms=record.took_ms,
        )

    def _pick(self, one: dict[str, Any], *, as_items: bool) -> PickCard:
        name = one["id"]
        return PickCard(
            item=self.item(name) if as_items else ItemCard(id=name, title=name),
            position=one["position"],
            reason=one["reason"],
            explore=one.get("explore", False),
            score=one.get("score"),
            parts=_parts(one.get("sources") or {}),
            facet=one.get("facet"),
        )


def gathered(happenings: Iterable[Happening]) -> list[Happening]:
    """Return the same, but what somebody is shown at once as one, under its newest offset."""
    rows: list[Happening] = []
    for one in happenings:
        last = rows[-1] if rows else None
        if last is not None and one.name == RECOMMENDATION_VIEWED and _as_one(last, one):
            offset, items = max(last.offset, one.offset), (*last.items, *one.items)
            rows[-1] = msgspec.structs.replace(last, offset=offset, items=items)
        else:
            rows.append(one)
    return rows


def _as_one(last: Happening, one: Happening) -> bool:
    return (last.name, last.person, last.at_ms) == (one.name, one.person, one.at_ms)


def _parts(sources: dict[str, float]) -> tuple[Part, ...]:
    total = sum(sources.values()) or 1.0
    ranked = sorted(sources.items(), key=lambda pair: -pair[1])[:_SOURCES_SHOWN]
    return tuple(Part(source, weight, weight / total) for source, weight in ranked)
