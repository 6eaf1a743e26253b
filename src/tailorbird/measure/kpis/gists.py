"""What of each stored event, decision and item the key figures need; the rest stays packed."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tailorbird.catalog.supply import StockChange
from tailorbird.rules.rule import Rule
from tailorbird.spine.events import OrderFact


class ExposureGist(msgspec.Struct, frozen=True, gc=False):
    """Which answer an event is about."""

    exposure_id: str
    placement: str | None = None
    creative: str | None = None


class ContextGist(msgspec.Struct, frozen=True, gc=False):
    """How somebody came."""

    channel: str | None = None


_NOWHERE = ContextGist()


class EventGist(msgspec.Struct, frozen=True, gc=False):
    """Of a stored event, what key figures need."""

    name: str
    source: str
    occurred_at_ms: int
    anonymous_id: str | None = None
    user_id: str | None = None
    items: msgspec.Raw = msgspec.Raw()
    order: OrderFact | None = None
    currency: str | None = None
    exposure: ExposureGist | None = None
    properties: msgspec.Raw = msgspec.Raw()
    context: ContextGist = _NOWHERE


class LineGist(msgspec.Struct, frozen=True, gc=False):
    """Of an item on an event, what key figures need."""

    id: str
    quantity: int = 1
    price_minor: int | None = None


class PieceGist(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An item, a piece of content or an offer in an answer."""

    id: str
    exposure_id: str
    kind: str | None = None
    code: str | None = None


class SlotGist(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer for one placement."""

    placement: str = ""
    policy: str = ""
    items: tuple[PieceGist, ...] = ()
    content: PieceGist | None = None
    offer: PieceGist | None = None


class DecisionGist(msgspec.Struct, frozen=True, gc=False):
    """Of a stored decision, its name; what was shown stays packed: most was seen by nobody."""

    decision_id: str
    decisions: msgspec.Raw = msgspec.Raw()


class ItemGist(msgspec.Struct, frozen=True, gc=False):
    """Of an item in the catalog, what it costs and whether there is any; money in minor units."""

    id: str
    asking_minor: int | None
    cost_minor: int | None
    currency: str | None
    stock: int | None
    in_stock: bool


class Records(msgspec.Struct, frozen=True):
    """Where key figures are read from.

    Attributes:
        events: the log, in its order; who is left out included.
        decisions: the journal.
        items: the catalog.
        stock: when items ran out of stock and came back.
        person: who a user and a browser are now, as a number; None for nobody known, -1 for
            somebody who is left out.
        left_out: how many people refuse to be measured.
        rules: the triggers in force.
    """

    events: Callable[[], Iterable[EventGist]]
    decisions: Callable[[], Iterable[DecisionGist]]
    items: Callable[[], Iterable[ItemGist]]
    stock: Callable[[], Iterable[StockChange]]
    person: Callable[[str | None, str | None], int | None]
    left_out: int = 0
    rules: tuple[Rule, ...] = ()


slots = msgspec.msgpack.Decoder(tuple[SlotGist, ...]).decode
lines = msgspec.msgpack.Decoder(tuple[LineGist, ...]).decode
properties = msgspec.msgpack.Decoder(dict[str, Any]).decode
