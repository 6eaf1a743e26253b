"""What clients put on the wire, decoded leniently where they differ, strictly where it counts."""

from typing import Any

import msgspec

from tailorbird.spine.errors import BadRequest

Number = int | float
Scalar = str | int | float | None


class WireEvent(msgspec.Struct, gc=False, rename="camel"):
    """One call of Segment's HTTP tracking API, as Segment's and RudderStack's clients send it."""

    type: str | None = None
    message_id: Scalar = None
    anonymous_id: Scalar = None
    user_id: Scalar = None
    previous_id: Scalar = None
    group_id: Scalar = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: Scalar = None
    original_timestamp: Scalar = None
    sent_at: Scalar = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class WireBatch(msgspec.Struct, rename="camel"):
    """A batch: its events stay raw, so that one bad event cannot harm its neighbors."""

    batch: list[msgspec.Raw]
    sent_at: Scalar = None
    context: dict[str, Any] | None = None
    write_key: str | None = None


class WireKey(msgspec.Struct, rename="camel"):
    """The one field that authenticates when no header does."""

    write_key: str | None = None


_decode_event = msgspec.json.Decoder(WireEvent).decode
_decode_batch = msgspec.json.Decoder(WireBatch).decode
_decode_key = msgspec.json.Decoder(WireKey).decode


class MalformedJson(BadRequest):
    """The body is not the JSON that was expected."""

    remedy = "Send one JSON object; for /v1/batch, an object with a `batch` list."


def decode_event(raw: bytes | msgspec.Raw) -> WireEvent:
    """Return one event.

    Raises:
        msgspec.ValidationError: a field has the wrong type; the message names its path.
        msgspec.DecodeError: not JSON at all.
    """
    return _decode_event(raw)


def decode_batch(body: bytes) -> WireBatch:
    """Return a batch with its events still raw.

    Raises:
        MalformedJson: not JSON, or no `batch` list.
    """
    try:
        return _decode_batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise MalformedJson(f"The body is not a batch: {cause}") from cause


def write_key_in(body: bytes) -> str | None:
    """Return the key that a body carries for itself, if any."""
    try:
        return _decode_key(body).write_key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
