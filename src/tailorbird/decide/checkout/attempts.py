"""Attempts to pay, folded from the log: which method was tried where, and whether an order came.

An attempt is `Payment Info Entered`. It has succeeded when the order comes within an hour; it has
failed on `Payment Failed`, when another method is entered for the same order, or when no order has
come by then. Counts name nobody: they are kept by method, basket, country and device. What is still
open names its order and its person, for an hour at most.
"""

from __future__ import annotations

import msgspec

from tailorbird.spine import events
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS
from tailorbird.spine.events import Event
from tailorbird.spine.facets import price_band
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.spine.money import to_minor

PATIENCE_MS = HOUR_MS
JUST_NOW_MS = 30 * MINUTE_MS
_LONGEST_WORD = 80
_MOST_CELLS = 20_000

CONCERNED = frozenset(
    {
        events.CHECKOUT_STARTED,
        events.PAYMENT_INFO_ENTERED,
        events.PAYMENT_FAILED,
        events.ORDER_COMPLETED,
    }
)
"""The events that count."""

Place = tuple[str, ...]
"""(method), (method, basket), (method, basket, country) or (method, basket, country, device)."""


class Cell(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How often something was tried, and how often it came off."""

    tries: int = 0
    wins: int = 0


class Opened(msgspec.Struct, frozen=True, gc=False):
    """A checkout that is going on: what is in the basket, and what is being tried.

    Attributes:
        order: the order or checkout, or else the browser, that it is.
        key: an identifier of whoever it is.
        at_ms: when it was last heard of.
        band: of the basket's value; empty where unknown.
        place: what is being tried; None while nothing is.
    """

    order: str
    key: IdentifierKey
    at_ms: int
    band: str = ""
    place: Place | None = None


class Failure(msgspec.Struct, frozen=True, gc=False):
    """A method that did not go through for somebody, and when."""

    person: PersonId
    key: IdentifierKey
    method: str
    at_ms: int


class Attempts:
    """The fold: everything that is counted of payments in one workspace."""

    def __init__(self) -> None:
        self.cells: dict[Place, Cell] = {}
        self.opened: dict[str, Opened] = {}
        self.failures: dict[PersonId, dict[str, Failure]] = {}
        self._newest_ms = 0

    def take(self, event: Event, person: PersonId | None) -> None:
        """Take one more event, in the order of the log.

        Args:
            event: one of those that count.
            person: whose it is, if that is known.
        """
        self._newest_ms = max(self._newest_ms, event.occurred_at_ms)
        self._give_up(self._newest_ms)
        order = _order_of(event)
        keys = event.subject.identifiers()
        if order is None or not keys:
            return
        known = self.opened.pop(order, None)
        band = _band(event) or ("" if known is None else known.band)
        place = None if known is None else known.place
        match event.name:
            case events.PAYMENT_INFO_ENTERED:
                place = self._entered(event, place, band)
            case events.PAYMENT_FAILED:
                place = self._failed(event, place, band, person)
            case events.ORDER_COMPLETED:
                self._ordered(event, place, band, person)
                return
        self.opened[order] = Opened(order, keys[0], event.occurred_at_ms, band, place)

    def joined(self, person: PersonId, absorbed: PersonId) -> None:
        """Take what is known of somebody who turned out to be another as the other's."""
        before = self.failures.pop(absorbed, {})
        if before:
            self.failures[person] = {**before, **self.failures.get(person, {})}

    def just_failed(self, person: PersonId | None, now_ms: int) -> frozenset[str]:
        """Return the methods that did not go through for somebody within half an hour."""
        if person is None or not self.failures:
            return frozenset()
        failed = self.failures.get(person, {}).values()
        return frozenset(one.method for one in failed if now_ms - one.at_ms <= JUST_NOW_MS)

    def forget(self, keys: frozenset[IdentifierKey]) -> None:
        """Forget what names somebody; counts name nobody and stay."""
        self.opened = {name: one for name, one in self.opened.items() if one.key not in keys}
        for person, failed in list(self.failures.items()):
            if any(one.key in keys for one in failed.values()):
                del self.failures[person]

    def _entered(self, event: Event, before: Place | None, band: str) -> Place | None:
        place = _place(event, band)
        if before is not None and place is not None and before[0] != place[0]:
            self._count(before, won=False)
        return before if place is None else place

    def _failed(
        self, event: Event, before: Place | None, band: str, person: PersonId | None
    ) -> Place | None:
        place = _place(event, band) or before
        if place is None:
            return None
        self._count(place, won=False)
        if person is not None:
            key = event.subject.identifiers()[0]
            found = Failure(person, key, place[0], event.occurred_at_ms)
            self.failures[person] = {**self.failures.get(person, {}), place[0]: found}
        return None if before is None or before[0] == place[0] else before

    def _ordered(
        self, event: Event, before: Place | None, band: str, person: PersonId | None
    ) -> None:
        place = _place(event, band) or before
        if place is None:
            return
        if before is not None and before[0] != place[0]:
            self._count(before, won=False)
        self._count(place, won=True)
        if person is not None:
            self.failures.pop(person, None)

    def _give_up(self, now_ms: int) -> None:
        """Close what has waited too long; the dictionary is in the order of last hearing."""
        while self.opened:
            one = next(iter(self.opened.values()))
            if now_ms - one.at_ms <= PATIENCE_MS:
                break
            del self.opened[one.order]
            if one.place is not None:
                self._count(one.place, won=False)
        for person in [
            person
            for person, failed in self.failures.items()
            if all(now_ms - one.at_ms > JUST_NOW_MS for one in failed.values())
        ]:
            del self.failures[person]

    def _count(self, place: Place, *, won: bool) -> None:
        for depth in range(1, len(place) + 1):
            at = place[:depth]
            cell = self.cells.get(at)
            if cell is None:
                if len(self.cells) >= _MOST_CELLS:
                    continue
                cell = Cell()
            self.cells[at] = Cell(cell.tries + 1, cell.wins + won)


def _order_of(event: Event) -> str | None:
    """Return which checkout an event is about: its order, its checkout, or else whose it is."""
    if event.order is not None and event.order.order_id:
        return event.order.order_id
    for name in ("order_id", "checkout_id", "cart_id"):
        value = event.properties.get(name)
        if isinstance(value, str | int) and value:
            return str(value)[:_LONGEST_WORD]
    keys = event.subject.identifiers()
    return keys[-1] if keys else None


def _place(event: Event, band: str) -> Place | None:
    method = event.properties.get("payment_method")
    if not isinstance(method, str) or not method.strip():
        return None
    context = event.context
    return (
        method.strip()[:_LONGEST_WORD],
        band,
        (context.country or "")[:2].upper(),
        (context.device or "")[:_LONGEST_WORD],
    )


def _band(event: Event) -> str:
    """Return the band of what the basket comes to; empty where the event does not say it."""
    if event.order is not None and event.order.revenue_minor > 0:
        return price_band(event.order.revenue_minor)
    for name in ("revenue", "value", "total"):
        amount = event.properties.get(name)
        if isinstance(amount, int | float) and amount > 0:
            return price_band(to_minor(amount, event.currency))
    lines = sum((line.price_minor or 0) * line.quantity for line in event.items)
    return price_band(lines) if lines > 0 else ""
