"""Meetings of people with offers, taken from the decisions that were written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tailorbird.decide.offers.audit import Met
from tailorbird.decide.offers.offer import OfferKind
from tailorbird.decide.ports import DecisionRecord
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import PersonId

UNKNOWN = "(unknown)"
_TRAIT = "trait:"
_PLACES = ("country", "device", "locale", "timezone")


class UnknownAttribute(BadRequest):
    """People cannot be grouped by this."""

    remedy = "Group by country, device, locale, timezone, or a trait, as in `trait:gender`."


def given_to(records: Iterable[DecisionRecord]) -> dict[str, dict[PersonId, float | None]]:
    """Return by offer for whom it was decided, and the deepest that each was given; None: nothing.

    Those who are held out on purpose, and decisions without a person or without an offer that was
    meant, do not count.
    """
    found: dict[str, dict[PersonId, float | None]] = {}
    for record in records:
        if record.person is None:
            continue
        for slot in record.decisions:
            if not isinstance(slot, dict) or "offer" not in slot or _is_control(slot):
                continue
            name, _, version = str(slot.get("policy", "")).partition("@")
            if not version or name == slot.get("placement"):
                continue
            people = found.setdefault(name, {})
            depth = _depth(slot["offer"])
            before = people.get(record.person)
            if record.person not in people or (depth is not None and depth > (before or 0)):
                people[record.person] = depth
    return found


def group_of(profile: Profile | None, attribute: str) -> str:
    """Return a person's value of an attribute.

    Raises:
        UnknownAttribute: people cannot be grouped by that.
    """
    if attribute in _PLACES:
        said = None if profile is None else getattr(profile.presence, attribute)
        return UNKNOWN if said is None or not said.text else str(said.text)
    if not attribute.startswith(_TRAIT) or len(attribute) == len(_TRAIT):
        raise UnknownAttribute(f"People cannot be grouped by {attribute[:60]!r}.")
    found = {} if profile is None else attributes(profile.traits)
    value = found.get(attribute.removeprefix(_TRAIT))
    return UNKNOWN if value is None else str(value)[:60]


def met(people: Mapping[PersonId, float | None], groups: Mapping[PersonId, str]) -> Iterable[Met]:
    """Yield the meetings with one offer, each with its group."""
    for person, depth in people.items():
        yield Met(groups.get(person, UNKNOWN), depth)


def _depth(offer: Any) -> float | None:  # noqa: ANN401 - the journal keeps plain objects
    if not isinstance(offer, dict) or offer.get("kind") == OfferKind.CONTENT.value:
        return None
    value = offer.get("value")
    return float(value) if isinstance(value, int | float) else None


def _is_control(slot: Mapping[str, Any]) -> bool:
    return any(one.get("variant") == "control" for one in slot.get("experiments", ()))
