"""Reading the consent signals that clients send: Global Privacy Control, Segment, RudderStack."""

from collections.abc import Mapping
from typing import Any

from tailorbird.consent.purposes import Choices, Purpose

NO_CHOICES: Choices = {}

_GPC_REFUSES: Choices = {Purpose.ADVERTISING: False, Purpose.PERSONALIZATION: False}

# Consent tools let a shop name its categories; these are the names that they start with.
# OneTrust: C0002 performance, C0003 functional, C0004 targeting (C0001, strictly necessary,
# and C0005, social media, map to no purpose of ours).
_CATEGORY_PURPOSES: Mapping[str, tuple[Purpose, ...]] = {
    "personalization": (Purpose.PERSONALIZATION,),
    "personalisation": (Purpose.PERSONALIZATION,),
    "functional": (Purpose.PERSONALIZATION,),
    "c0003": (Purpose.PERSONALIZATION,),
    "analytics": (Purpose.ANALYTICS,),
    "performance": (Purpose.ANALYTICS,),
    "statistics": (Purpose.ANALYTICS,),
    "c0002": (Purpose.ANALYTICS,),
    "advertising": (Purpose.ADVERTISING,),
    "marketing": (Purpose.ADVERTISING,),
    "targeting": (Purpose.ADVERTISING,),
    "c0004": (Purpose.ADVERTISING,),
    "email": (Purpose.EMAIL,),
    "push": (Purpose.PUSH,),
    "sms": (Purpose.SMS,),
}
_ALL_BEHAVIOR: Choices = {
    Purpose.PERSONALIZATION: False,
    Purpose.ANALYTICS: False,
    Purpose.ADVERTISING: False,
}


def from_gpc(header: str | None) -> Choices:
    """Return what the `Sec-GPC` header says; only the value 1 counts (W3C draft)."""
    return _GPC_REFUSES if header is not None and header.strip() == "1" else NO_CHOICES


def from_context(context: Mapping[str, Any]) -> Choices:
    """Return what an event's context says: Segment's `consent`, RudderStack's `consentManagement`.

    No consent object means no statement. An empty `categoryPreferences` refuses everything that
    can be refused, as Segment's documentation has it.
    """
    consent = context.get("consent")
    if isinstance(consent, dict):
        preferences = consent.get("categoryPreferences")
        if isinstance(preferences, dict):
            return _from_categories(preferences) if preferences else _ALL_BEHAVIOR
    management = context.get("consentManagement")
    if isinstance(management, dict):
        denied = management.get("deniedConsentIds")
        allowed = management.get("allowedConsentIds")
        return _from_categories(
            {str(name): True for name in allowed if isinstance(allowed, list)}
            if isinstance(allowed, list)
            else {},
            refused=denied if isinstance(denied, list) else (),
        )
    return NO_CHOICES


def _from_categories(
    preferences: Mapping[str, Any], refused: list[Any] | tuple[Any, ...] = ()
) -> Choices:
    """A purpose in several categories needs all of them (Segment's rule)."""
    choices: dict[Purpose, bool] = {}
    said = [(str(name), value is True) for name, value in preferences.items()]
    said.extend((str(name), False) for name in refused)
    for name, granted in said:
        for purpose in _CATEGORY_PURPOSES.get(name.strip().lower(), ()):
            choices[purpose] = granted and choices.get(purpose, True)
    return choices
