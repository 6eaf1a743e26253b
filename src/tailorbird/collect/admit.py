"""Admission: one raw event in, a typed event or a refusal out; no I/O, no clock of its own."""

import hashlib
from typing import Any, get_args

import msgspec

from tailorbird.collect.circumstances import Enrich, circumstances, with_enrichments
from tailorbird.collect.contacts import Contact, Pseudonyms, split_properties, split_traits
from tailorbird.collect.identifiers import identifier, is_junk
from tailorbird.collect.lines import (
    CatalogFacets,
    currency_in,
    exposure_in,
    lines_in,
    order_in,
    rest_of,
)
from tailorbird.collect.plan import event_name, violations
from tailorbird.collect.refusals import Refused, Unfit
from tailorbird.collect.times import moment_ms, occurred_at_ms
from tailorbird.collect.wire import Scalar, WireEvent, decode_event
from tailorbird.consent.purposes import Choices
from tailorbird.consent.signals import from_context
from tailorbird.spine.bounds import fault_in
from tailorbird.spine.events import Event, EventKind

MOST_EVENT_BYTES = 32 * 1024
CONSENT_UPDATED = "Segment Consent Preference Updated"
_LONGEST_MESSAGE_ID = 200
_LONGEST_NAME = 200
_ALWAYS_FIT = frozenset({str, float, bool, type(None)})
_KINDS: dict[str, EventKind] = {kind: kind for kind in get_args(EventKind) if kind != "split"}


class Door(msgspec.Struct, frozen=True):
    """What all events of one request share.

    `address` is where the request came from, and given only where a plug-in makes a digest of it:
    it is no part of any event, nor of a refused one.
    """

    source: str
    received_at_ms: int
    kind: str | None = None
    sent_at: Scalar = None
    context: dict[str, Any] | None = None
    historical: bool = False
    address: str | None = None


class House(msgspec.Struct, frozen=True):
    """What admission needs to know of this workspace."""

    pseudonyms: Pseudonyms
    catalog_facets: CatalogFacets
    plugins: tuple[Enrich, ...] = ()


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """An event fit for the log, with what was split off and noticed on the way."""

    event: Event
    signals: Choices
    contacts: list[Contact]
    violations: tuple[str, ...]


def admit(raw: bytes | msgspec.Raw, door: Door, house: House) -> Admitted | Refused:
    """Return the typed event, or why it cannot be taken.

    Args:
        raw: one event as JSON.
        door: what the request says for all of its events.
        house: the workspace's catalog facets, pseudonyms and plug-ins.
    """
    message_id: str | None = None
    try:
        wire = _decode(raw)
        message_id = _message_id(wire, raw, door)
        return _typed(wire, message_id, door, house)
    except Unfit as unfit:
        return Refused(field=unfit.field, reason=unfit.reason, message_id=message_id)


def _decode(raw: bytes | msgspec.Raw) -> WireEvent:
    if len(raw) > MOST_EVENT_BYTES:
        raise Unfit("", f"the event is larger than {MOST_EVENT_BYTES // 1024} KiB")
    try:
        return decode_event(raw)
    except msgspec.ValidationError as cause:
        reason = str(cause)
        field = reason.rpartition("$.")[2].rstrip("`") if "$." in reason else ""
        raise Unfit(field, reason) from cause
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise Unfit("", f"not a JSON object: {cause}") from cause
    except RecursionError as cause:
        raise Unfit("", "the event is nested too deeply") from cause


def _typed(wire: WireEvent, message_id: str, door: Door, house: House) -> Admitted:
    kind = _kind(wire, door)
    name = _name(kind, wire)
    context = _context(wire, door)
    properties, contacts = split_properties(_fit("properties", wire.properties or {}))
    # The name of a group is the account's, not the person's.
    split = split_properties if kind == "group" else split_traits
    traits, trait_contacts = split(_fit("traits", _traits(wire, context)))
    faults = violations(name, properties)
    user_id, anonymous_id, junk = _subject(wire, house.pseudonyms)
    currency = currency_in(properties)
    lines = lines_in(properties, currency, house.catalog_facets)
    query = properties.get("query")
    event = Event(
        kind=kind,
        name=name,
        message_id=message_id,
        source=door.source,
        occurred_at_ms=_occurred(wire, door),
        received_at_ms=door.received_at_ms,
        anonymous_id=anonymous_id,
        user_id=user_id,
        previous_id=_other_id(wire.previous_id, "previousId", kind == "alias", house),
        group_id=_other_id(wire.group_id, "groupId", kind == "group", house),
        items=lines,
        order=order_in(name, properties, lines, message_id),
        currency=currency,
        query=query[:_LONGEST_NAME] if isinstance(query, str) else None,
        exposure=exposure_in(properties),
        traits=traits,
        properties=_page_properties(wire, kind, rest_of(properties, has_lines=bool(lines))),
        context=with_enrichments(circumstances(context), context, house.plugins),
        historical=door.historical,
    )
    return Admitted(
        event=event,
        signals=from_context(context),
        contacts=contacts + trait_contacts,
        violations=(*faults, *junk),
    )


def _context(wire: WireEvent, door: Door) -> dict[str, Any]:
    """Return what the event says of its circumstances, and what its request says for all."""
    context = wire.context or {}
    if door.context:
        context = {**door.context, **context}
    return context if door.address is None else {"ip": door.address, **context}


def _kind(wire: WireEvent, door: Door) -> EventKind:
    said = wire.type or door.kind
    if said is None:
        raise Unfit("type", "`type` is missing: track, identify, page, screen, group or alias")
    kind = _KINDS.get(said)
    if kind is None:
        raise Unfit(
            "type", f"`type` is {said[:40]!r}: not track, identify, page, screen, group, alias"
        )
    return kind


def _name(kind: EventKind, wire: WireEvent) -> str:
    if kind == "track" and not (wire.event and wire.event.strip()):
        raise Unfit("event", "`event` is missing: a track call names what happened")
    return event_name(kind, wire.event)[:_LONGEST_NAME]


def _message_id(wire: WireEvent, raw: bytes | msgspec.Raw, door: Door) -> str:
    """A missing id is made of the content, so that the same call retried is the same event."""
    given = identifier(wire.message_id, "messageId")
    if given is None:
        at = b"" if wire.timestamp or wire.original_timestamp else str(door.received_at_ms).encode()
        return f"tb-{hashlib.blake2b(bytes(raw) + at, digest_size=16).hexdigest()}"
    if len(given) > _LONGEST_MESSAGE_ID:
        raise Unfit("messageId", f"`messageId` is longer than {_LONGEST_MESSAGE_ID} characters")
    return given


def _subject(
    wire: WireEvent, pseudonyms: Pseudonyms
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return user id, anonymous id, and what was junk among them."""
    user_id, user_junk = _own_id(wire.user_id, "userId", pseudonyms)
    anonymous_id, anonymous_junk = _own_id(wire.anonymous_id, "anonymousId", pseudonyms)
    junk = user_junk + anonymous_junk
    if user_id is None and anonymous_id is None:
        if junk:
            field = junk[0].partition(":")[0]
            raise Unfit(field, f"`{field}` is a junk identifier that many people would share")
        raise Unfit("userId", "neither `userId` nor `anonymousId` is given: send one of them")
    return user_id, anonymous_id, junk


def _own_id(
    value: Scalar, field: str, pseudonyms: Pseudonyms
) -> tuple[str | None, tuple[str, ...]]:
    """Return an identifier as it is kept, and the fault if it is junk."""
    text = identifier(value, field)
    if text is None:
        return None, ()
    if is_junk(text):
        return None, (f"{field}: junk identifier",)
    return pseudonyms.stand_in(text), ()


def _other_id(value: Scalar, field: str, needed: bool, house: House) -> str | None:  # noqa: FBT001
    if value is None and not needed:
        return None
    text = identifier(value, field)
    if text is None or is_junk(text):
        if needed:
            raise Unfit(field, f"`{field}` is missing or junk: this call needs it")
        return None
    return house.pseudonyms.stand_in(text)


def _traits(wire: WireEvent, context: dict[str, Any]) -> dict[str, Any]:
    """RudderStack's Python client puts traits into the context only."""
    inside = context.get("traits")
    outer = wire.traits or {}
    return {**inside, **outer} if isinstance(inside, dict) else outer


def _fit(where: str, fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if type(value) in _ALWAYS_FIT:
            continue
        fault = fault_in(value)
        if fault is not None:
            field = f"{where}.{name[:_LONGEST_NAME]}"
            raise Unfit(field, f"`{field}` {fault}")
    return fields


def _occurred(wire: WireEvent, door: Door) -> int:
    claimed = moment_ms(wire.original_timestamp, "originalTimestamp")
    if claimed is None:
        claimed = moment_ms(wire.timestamp, "timestamp")
    sent = moment_ms(wire.sent_at if wire.sent_at is not None else door.sent_at, "sentAt")
    return occurred_at_ms(claimed, sent, door.received_at_ms, historical=door.historical)


def _page_properties(wire: WireEvent, kind: EventKind, rest: dict[str, Any]) -> dict[str, Any]:
    """A page's name and category may stand at the root of the call, in its properties, or both."""
    if kind not in {"page", "screen"}:
        return rest
    for field, value in (("name", wire.name), ("category", wire.category)):
        if value and field not in rest:
            rest = {**rest, field: value}
    return rest
