"""A door and a house for admission, and the words it answers with."""

import json
from typing import Any

from tailorbird.collect.admit import Admitted, Door, House, admit
from tailorbird.collect.contacts import Contact, Pseudonyms
from tailorbird.collect.refusals import Refused
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId
from tests.makers import NOON_MS

KNOWN: dict[str, tuple[str, ...]] = {"tent": ("category:Camping", "brand:msr")}


def known_facets(item: ItemId) -> tuple[str, ...] | None:
    """Return the facets of the one item in this catalog."""
    return KNOWN.get(item)


HOUSE = House(pseudonyms=Pseudonyms(b"k" * 32), catalog_facets=known_facets)
DOOR = Door(source="web", received_at_ms=NOON_MS)


def result(body: dict[str, Any] | bytes, **door: Any) -> Admitted | Refused:
    """Return what becomes of a call."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return admit(raw, Door(**{"source": "web", "received_at_ms": NOON_MS, **door}), HOUSE)


def admitted(body: dict[str, Any], **door: Any) -> Event:
    """Return the event that a call becomes; it must become one."""
    found = result(body, **door)
    assert isinstance(found, Admitted), found
    return found.event


def refused(body: dict[str, Any], **door: Any) -> str:
    """Return the field for which a call is refused; it must be."""
    found = result(body, **door)
    assert isinstance(found, Refused), found
    return found.field


def contacts(body: dict[str, Any]) -> list[Contact]:
    """Return what is split off a call."""
    found = result(body)
    assert isinstance(found, Admitted), found
    return found.contacts


def track(event: str = "Looked", **properties: Any) -> dict[str, Any]:
    """Return a track call of browser a1."""
    return {"type": "track", "event": event, "anonymousId": "a1", "properties": properties}
