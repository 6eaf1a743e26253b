"""What can be read of an event that was refused: whose it is, and what it says of consent."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tailorbird.collect.admit import Door
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.collect.identifiers import identifier, is_junk
from tailorbird.collect.refusals import Unfit
from tailorbird.consent.purposes import Choices
from tailorbird.consent.signals import NO_CHOICES, from_context
from tailorbird.spine.ids import IdentifierKey, Subject

_NULL = msgspec.Raw(b"null")
_IDS = ("userId", "anonymousId", "previousId")
# An id in JSON that is broken elsewhere: a name, a colon, and a whole text or number behind it.
_ID_IN_BROKEN = re.compile(
    rb'"(userId|anonymousId|previousId)"\s*:\s*("(?:[^"\\]|\\.){1,400}"|\d{1,200})'
)


class Salvaged(msgspec.Struct, frozen=True):
    """Whose a refused event is, as far as it tells, and its own word on consent."""

    subject: Subject = Subject()
    previous: Subject = Subject()
    choices: Choices = NO_CHOICES

    def keys(self) -> tuple[IdentifierKey, ...]:
        """Return every identifier that the event carries."""
        return (*self.subject.identifiers(), *self.previous.identifiers())


def salvage(
    raw: bytes | msgspec.Raw, context: Mapping[str, Any] | None, pseudonyms: Pseudonyms
) -> Salvaged:
    """Return what a refused event still tells.

    Args:
        raw: the event as it came.
        context: what the request says for all of its events.
        pseudonyms: stand in for identifiers that are contact data.
    """
    fields = _fields(raw)
    ids = {name: _id(fields.get(name), name, pseudonyms) for name in _IDS}
    own = fields.get("context")
    said = {**(context or {}), **(own if isinstance(own, dict) else {})}
    return Salvaged(
        subject=Subject(anonymous_id=ids["anonymousId"], user_id=ids["userId"]),
        previous=Subject(anonymous_id=ids["previousId"]),
        choices=from_context(said),
    )


def self_contained(raw: bytes | msgspec.Raw, door: Door) -> bytes:
    """Return an event with what its request said for it put inside: type, sentAt, context.

    So it can be looked at, mended and sent again by itself. What is no JSON object stays as it is.
    """
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bytes(raw)
    said = {"type": door.kind, "sentAt": door.sent_at, "context": door.context}
    for name, value in said.items():
        if value is not None and fields.get(name, _NULL) == _NULL:
            fields[name] = msgspec.Raw(msgspec.json.encode(value))
    return msgspec.json.encode(fields)


def _fields(raw: bytes | msgspec.Raw) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _fields_of_broken(bytes(raw))
    return fields if isinstance(fields, dict) else {}


def _fields_of_broken(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in _ID_IN_BROKEN.findall(raw):
        try:
            found[name.decode()] = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return found


def _id(value: object, field: str, pseudonyms: Pseudonyms) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = identifier(value, field)
    except Unfit:
        return None
    return None if text is None or is_junk(text) else pseudonyms.stand_in(text)
