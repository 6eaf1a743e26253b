"""What personal data may be used for, and what a person has said about it."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tailorbird.spine.ids import Subject


class Purpose(StrEnum):
    """A reason for using personal data."""

    PERSONALIZATION = "personalization"
    ANALYTICS = "analytics"
    ADVERTISING = "advertising"
    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"


Choices = Mapping[Purpose, bool]
"""What is known of a person's will: granted (True), refused (False), or not said (absent)."""


class Permit(msgspec.Struct, frozen=True, gc=False):
    """Proof that a subject allows one purpose. Only the gate makes one."""

    subject: Subject
    purpose: Purpose


class Denied(msgspec.Struct, frozen=True, gc=False):
    """The answer no, and whose word it rests on."""

    purpose: Purpose
    reason: str


class Preference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One choice that a subject made, with its source and time."""

    purpose: Purpose
    granted: bool
    at_ms: int
    source: str


def strictest(*many: Choices) -> dict[Purpose, bool]:
    """Return the choices joined so that a refusal anywhere wins (protocols, section 5.1)."""
    joined: dict[Purpose, bool] = {}
    for choices in many:
        for purpose, granted in choices.items():
            joined[purpose] = granted and joined.get(purpose, True)
    return joined
