"""Privacy requests, in OpenDSR's shape, and the receipts that answer them."""

from enum import StrEnum
from typing import Any

import msgspec

from tailorbird.spine.errors import BadRequest


class RequestType(StrEnum):
    """What a person asks."""

    ACCESS = "access"
    PORTABILITY = "portability"
    ERASURE = "erasure"


class SubjectIdentity(msgspec.Struct, frozen=True):
    """Who asks, by one identifier."""

    identity_type: str
    identity_value: str
    identity_format: str = "raw"


class PrivacyRequest(msgspec.Struct, frozen=True):
    """A request as OpenDSR 2.0 sends it; what we do not need may be left out."""

    subject_request_type: RequestType
    subject_identities: tuple[SubjectIdentity, ...]
    subject_request_id: str | None = None
    regulation: str = "gdpr"
    submitted_time: str | None = None
    api_version: str = "2.0"


class StoreReceipt(msgspec.Struct, frozen=True, rename="camel"):
    """What one store held, and what was done about it."""

    store: str
    found: int
    done: str


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a request: every store, what was found, what was done."""

    request_id: str
    type: RequestType
    status: str
    received_at: str
    completed_at: str
    identifiers: int
    stores: tuple[StoreReceipt, ...]
    data: dict[str, Any] | None = None


class BadPrivacyRequest(BadRequest):
    """The privacy request is not understood."""

    remedy = (
        'Send {"subject_request_type": "erasure", "subject_identities": '
        '[{"identity_type": "controller_customer_id", "identity_value": "u1"}]}.'
    )


def decode_privacy_request(body: bytes) -> PrivacyRequest:
    """Return a request.

    Raises:
        BadPrivacyRequest: naming the field.
    """
    try:
        request = msgspec.json.decode(body, type=PrivacyRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise BadPrivacyRequest(str(cause)) from cause
    if not request.subject_identities:
        raise BadPrivacyRequest("`subject_identities` is empty: say whose data it is")
    return request
