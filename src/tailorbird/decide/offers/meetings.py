"""Meetings of people with offers, taken from the decisions that were written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

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

    For an offer counts everybody for whom its placement was decided since it was first met there,
    whether its condition let them in or not: conditions are where groups part. Who is held out on
    purpose does not count, nor does a decision without a person.
    """
    seen = [one for record in records for one in _decided(record)]
    seen.sort(key=lambda one: one.at_ms)
    found: dict[str, dict[PersonId, float | None]] = {}
    at: dict[str, set[str]] = {}
    kept_out = {(one.offer, one.person) for one in seen if one.control}
    for one in seen:
        if one.offer is not None:
            found.setdefault(one.offer, {})
            at.setdefault(one.placement, set()).add(one.offer)
        for offer in at.get(one.placement, ()):
            if (offer, one.person) in kept_out:
                continue
            people = found[offer]
            depth = one.depth if offer == one.offer else None
            before = people.get(one.person)
            if one.person not in people or (depth is not None and depth > (before or 0)):
                people[one.person] = depth
    return found


class _Decided(NamedTuple):
    """One decision on a placement of offers."""

    at_ms: int
    person: PersonId
    placement: str
    offer: str | None
    depth: float | None
    control: bool


def _decided(record: DecisionRecord) -> Iterator[_Decided]:
    if record.person is None:
        return
    for slot in record.decisions:
        if isinstance(slot, dict) and "offer" in slot:
            placement = str(slot.get("placement", ""))
            name = str(slot.get("policy", "")).partition("@")[0]
            offer = None if name in {"", placement} else name
            depth = _depth(slot["offer"])
            control = offer is not None and _is_control(slot)
            yield _Decided(record.at_ms, record.person, placement, offer, depth, control)


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
