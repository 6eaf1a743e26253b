"""Price fairness: what an offer may not depend on, followed through all that is derived from it.

Barred are protected and sensitive traits (sex, age, origin, belief, health …) and where somebody
is. A condition names its attributes; a derived value (a segment, a probability, a model's feature)
names the features that it is made of, and each feature declares what it reads. What cannot be
traced is barred, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from tailorbird.decide.offers.offer import Offer
from tailorbird.features.store import FEATURES
from tailorbird.predict.propensity.visits import FEATURES as OF_VISITS
from tailorbird.rules.condition import Condition, Want
from tailorbird.segments.portraits import READ as READ_BY_SEGMENTS

SENSITIVE = frozenset(
    [
        "gender",
        "sex",
        "pronouns",
        "age",
        "birthday",
        "birthdate",
        "birthyear",
        "dob",
        "race",
        "racial",
        "ethnicity",
        "ethnic",
        "nationality",
        "citizenship",
        "citizen",
        "religion",
        "religious",
        "faith",
        "belief",
        "disability",
        "disabled",
        "health",
        "illness",
        "disease",
        "diagnosis",
        "medication",
        "pregnancy",
        "pregnant",
        "orientation",
        "sexuality",
        "politics",
        "political",
        "marital",
        "married",
        "genetic",
        "biometric",
        "veteran",
        "immigration",
        "caste",
    ]
)
"""Words in the name of a trait that make it protected or sensitive."""

LOCATED = frozenset(
    [
        "country",
        "region",
        "province",
        "county",
        "city",
        "town",
        "district",
        "zip",
        "zipcode",
        "postcode",
        "postal",
        "postalcode",
        "address",
        "street",
        "neighborhood",
        "latitude",
        "longitude",
        "lat",
        "lng",
        "lon",
        "geo",
        "location",
        "timezone",
        "locale",
        "ip",
    ]
)
"""Words in the name of a trait that make it say where somebody is."""

_PLACES = frozenset({"country", "timezone", "locale"})
_OPEN_MAPS = frozenset({"traits", "preferences", "likes"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_JOINED = frozenset({"dateofbirth", "yearofbirth", "birthdate", "zipcode", "postalcode"})

# What a value that conditions may name is made of: names of features.
DERIVED: Mapping[str, tuple[str, ...]] = {
    "person.segments": READ_BY_SEGMENTS,
    "person.purchase_probability": tuple(one.name for one in OF_VISITS),
    "person.churn_probability": ("orders", "days_since_last_order", "average_order"),
}

_READS = {one.name: one.reads for one in FEATURES}


class Barred(msgspec.Struct, frozen=True):
    """Something that an offer reads and may not.

    Attributes:
        attribute: by which name it may be allowed, such as `person.country`.
        problem: why it is barred, as half a sentence.
    """

    attribute: str
    problem: str


def barred_in(condition: Condition, derived: Mapping[str, Sequence[str]] = DERIVED) -> list[Barred]:
    """Return what a condition reads and an offer may not, through whatever it is derived from."""
    found = [one for want in sorted(condition.wants, key=_name) for one in _of(want, derived)]
    return list({one.attribute: one for one in found}.values())


def barred_features(names: Iterable[str]) -> list[Barred]:
    """Return which of a model's features are made of what an offer may not read."""
    return [one for name in names for one in _feature(name)]


def allowed(offer: Offer) -> Mapping[str, str]:
    """Return the barred attributes that an offer may read, with the reasons."""
    return {one.attribute: one.reason for one in offer.allows}


def is_barred_name(name: str) -> str | None:
    """Return why a trait of this name is barred, or None if it is not."""
    words = {word.lower() for word in _WORD.findall(name)}
    joined = "".join(_WORD.findall(name)).lower()
    words |= {joined} & (SENSITIVE | LOCATED | _JOINED)
    if words & (SENSITIVE | _JOINED - {"zipcode", "postalcode"}):
        return "it is protected or sensitive"
    if words & LOCATED:
        return "it says where somebody is"
    return None


def _of(want: Want, derived: Mapping[str, Sequence[str]]) -> Iterator[Barred]:
    name = _name(want)
    if want.field in _PLACES and want.root in {"person", "context"}:
        yield Barred(name, "it says where somebody is")
    elif want.root == "person" and want.field in _OPEN_MAPS:
        yield from _entry(want, name)
    for feature in derived.get(f"{want.root}.{want.field}", ()):
        for one in _feature(feature):
            yield Barred(one.attribute, f"`{name}` is made of it, and {one.problem}")


def _entry(want: Want, name: str) -> Iterator[Barred]:
    if want.entry is None:
        yield Barred(name, "which of them is read cannot be told: name one")
        return
    why = is_barred_name(want.entry.partition(":")[0])
    if why is not None:
        yield Barred(name, why)


def _feature(name: str) -> Iterator[Barred]:
    reads = _READS.get(name)
    if reads is None:
        yield Barred(name, "nothing declares what it is made of")
        return
    for part in reads:
        last = part.rpartition(".")[2]
        if last in _PLACES:
            yield Barred(f"person.{last}", f"`{name}` says where somebody is")
        elif last in {"traits", "preferences"}:
            yield Barred(f"person.{last}", f"`{name}` is made of what people say of themselves")


def _name(want: Want) -> str:
    return f"{want.root}.{want.field}" + ("" if want.entry is None else f".{want.entry}")
