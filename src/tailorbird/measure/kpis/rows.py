"""From the log's events to rows, by table, in chunks: what the sums are made of."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tailorbird.measure.kpis.alarms import Alarms
from tailorbird.measure.kpis.figures import KpiQuestion
from tailorbird.measure.kpis.gists import DecisionGist, EventGist, Records, lines, properties, slots
from tailorbird.measure.kpis.gists import PieceGist as Piece
from tailorbird.rules.firing import SOURCE as RULES
from tailorbird.spine import events as names
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import OWN_SOURCE

Row = tuple[Any, ...]
_LEFT_OUT = -1
_SEEN = {
    names.RECOMMENDATION_VIEWED: 0,
    names.RECOMMENDATION_CLICKED: 1,
    names.RECOMMENDATION_DISMISSED: 2,
}
_MESSAGES = {"Message Delivered": 0, "Message Unsubscribed": 1, "Message Complained": 2}
_BOUGHT = frozenset({names.ORDER_COMPLETED, "Store Purchase Completed"})
_TAKEN_BACK = {
    names.ORDER_REFUNDED: 0,
    "Store Purchase Returned": 0,
    names.ORDER_CANCELLED: 1,
}
_WANTED = frozenset({names.PRODUCT_VIEWED, names.PRODUCT_ADDED})
_BEGUN = frozenset({names.PRODUCT_ADDED, names.CHECKOUT_STARTED})
_NO_VISIT = ("Message ", "Segment ", "Person ", "Journey ", "Decision ", "Subscription ", "Trial ")
_AWAY = frozenset({*_TAKEN_BACK, "Store Purchase Completed", "Ticket Closed"})

SHAPES: Mapping[str, str] = {
    "acts": "n BIGINT, person INTEGER, at_ms BIGINT, channel VARCHAR, begun BOOLEAN",
    "seen": "n BIGINT, exposure VARCHAR, how TINYINT, placement VARCHAR, creative VARCHAR",
    "bought": "n BIGINT, id VARCHAR, person INTEGER, at_ms BIGINT, revenue BIGINT, "
    "currency VARCHAR, coupon VARCHAR",
    "lines": "n BIGINT, item VARCHAR, quantity BIGINT, price BIGINT",
    "returned": "id VARCHAR, how TINYINT, minor BIGINT",
    "wanted": "n BIGINT, item VARCHAR, at_ms BIGINT",
    "fired": "rule VARCHAR, person INTEGER, at_ms BIGINT",
    "told": "id VARCHAR, how TINYINT, person INTEGER, channel VARCHAR, trigger VARCHAR, "
    "offer VARCHAR, placement VARCHAR, journey VARCHAR",
    "pieces": "exposure VARCHAR, placement VARCHAR, item VARCHAR, offer VARCHAR, code VARCHAR",
    "items": "id VARCHAR, price BIGINT, cost BIGINT, currency VARCHAR, stock BIGINT, "
    "in_stock BOOLEAN",
    "stock": "item VARCHAR, at_ms BIGINT, in_stock BOOLEAN",
}
"""Columns of each table; `n` numbers the events, and `how` says of which kind a row is."""

Put = Callable[[str, Row], None]


def of_log(records: Records, question: KpiQuestion, alarms: Alarms, put: Put) -> set[str]:
    """Put the rows of the log's events since a moment; return the exposures that were seen.

    Args:
        records: where to read.
        question: earlier events than its period are left out; later ones count as what came of it.
        alarms: is shown every event, too.
        put: takes a table's name and a row.
    """
    exposures: set[str] = set()
    for n, event in enumerate(records.events()):
        if event.occurred_at_ms < question.since_ms:
            continue
        person = records.person(event.user_id, event.anonymous_id)
        if person is None or person == _LEFT_OUT:
            continue
        alarms.take(event, person)
        if event.source.startswith(OWN_SOURCE) or event.name.startswith(_NO_VISIT):
            _beside(event, person, put)
            continue
        _acted(n, event, person, put)
        if event.occurred_at_ms < question.until_ms and event.exposure is not None:
            exposures.add(event.exposure.exposure_id)
    return exposures


def of_journal(records: Records, exposures: set[str], put: Put) -> None:
    """Put what was shown where, of what somebody saw."""
    decisions = {decision_of(one) for one in exposures}
    for record in records.decisions():
        if record.decision_id in decisions:
            for row in _pieces(record):
                if row[0] in exposures:
                    put("pieces", row)


def of_catalog(records: Records, put: Put) -> None:
    """Put what is for sale, and when it ran out."""
    for one in records.items():
        worth = (one.asking_minor, one.cost_minor, one.currency, one.stock, one.in_stock)
        put("items", (one.id, *worth))
    for change in records.stock():
        put("stock", (change.item, change.at_ms, change.in_stock))


def decision_of(exposure: str) -> str:
    """Return the decision that an exposure belongs to: both counters behind it are cut off."""
    return exposure.rpartition("-")[0].rpartition("-")[0]


def _beside(event: EventGist, person: int, put: Put) -> None:
    """Put what is no act of the person's own: firings of rules, and news of messages."""
    if event.source == RULES:
        said = properties(event.properties)
        if said.get("holdout") is not True:
            put("fired", (str(said.get("rule")), person, event.occurred_at_ms))
    elif event.name in _MESSAGES and len(event.properties):
        said = properties(event.properties)
        named = [_text(said.get(one)) for one in ("channel", "trigger", "offer", "placement")]
        message = _text(said.get("message_id"))
        if message is not None:
            journey = _text(said.get("journey"))
            put("told", (message, _MESSAGES[event.name], person, *named, journey))


def _acted(n: int, event: EventGist, person: int, put: Put) -> None:
    """Put what somebody did; what a shop does for them later is no part of a visit."""
    name, at_ms = event.name, event.occurred_at_ms
    if name not in _AWAY:
        put("acts", (n, person, at_ms, event.context.channel, name in _BEGUN))
    if event.exposure is not None and name in _SEEN:
        seen = event.exposure
        put("seen", (n, seen.exposure_id, _SEEN[name], seen.placement, seen.creative))
    elif name in _WANTED:
        for line in lines(event.items) if len(event.items) else ():
            put("wanted", (n, line.id, at_ms))
    elif event.order is not None:
        _ordered(n, event, person, put)


def _ordered(n: int, event: EventGist, person: int, put: Put) -> None:
    fact = event.order
    if fact is None:
        return
    if event.name in _TAKEN_BACK:
        put("returned", (fact.order_id, _TAKEN_BACK[event.name], fact.revenue_minor))
    elif event.name in _BOUGHT:
        money = (fact.revenue_minor, event.currency, fact.coupon)
        put("bought", (n, fact.order_id, person, event.occurred_at_ms, *money))
        for line in lines(event.items) if len(event.items) else ():
            put("lines", (n, line.id, line.quantity, line.price_minor))


def _pieces(record: DecisionGist) -> Iterator[Row]:
    for slot in slots(record.decisions) if len(record.decisions) else ():
        for one in slot.items:
            yield one.exposure_id, slot.placement, one.id, None, None
        if slot.content is not None:
            yield slot.content.exposure_id, slot.placement, None, None, None
        if slot.offer is not None:
            yield _offered(slot.offer, slot.placement, slot.policy)


def _offered(one: Piece, placement: str, policy: str) -> Row:
    """Return an offer's row; content in its place was no offer, and counts for the placement."""
    offer = None if one.kind == "content" else policy.partition("@")[0] or one.id
    return one.exposure_id, placement, None, offer, one.code


def _text(value: Any) -> str | None:  # noqa: ANN401 - properties hold anything
    return str(value)[:200] if isinstance(value, str | int) else None


RECOVERED_MS = 7 * DAY_MS
"""How long after a visit a cart that was left behind may still be bought."""
