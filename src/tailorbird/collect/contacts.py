"""Contact data is split off at the door: behavior goes on without it, the vault seals it."""

import hashlib
import re
from functools import lru_cache
from typing import Any

import msgspec

# Names (lower case, letters and digits) under which clients send contact data → the vault's name.
_CONTACT_FIELDS = {
    "email": "email",
    "emailaddress": "email",
    "mail": "email",
    "phone": "phone",
    "phonenumber": "phone",
    "mobile": "phone",
    "telephone": "phone",
    "address": "address",
    "street": "address",
    "streetaddress": "address",
    "address1": "address",
    "address2": "address",
    "postalcode": "address",
    "zip": "address",
    "zipcode": "address",
    "shippingaddress": "address",
    "billingaddress": "address",
    "deliveryaddress": "address",
    "firstname": "firstName",
    "lastname": "lastName",
    "fullname": "name",
    "username": "username",
    "birthday": "birthday",
    "dateofbirth": "birthday",
    "ip": "ip",
    "ipaddress": "ip",
    "pushtoken": "push",
    "devicetoken": "push",
}
# A trait called `name` is a person's; a property called `name` is a product's.
_TRAIT_FIELDS = _CONTACT_FIELDS | {"name": "name"}
_NEVER_KEPT = frozenset({"ip"})
_NOT_LETTERS = re.compile(r"[^a-z0-9]")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,255}\.[A-Za-z]{2,24}")
_PHONE_ID = re.compile(r"\+?\d[\d\s().-]{8,18}\d")
_NO_TEXT = frozenset({int, float, bool, type(None)})
REDACTED = "[contact]"


class Contact(msgspec.Struct, frozen=True):
    """One piece of contact data, by the vault's field name."""

    field: str
    value: str


class Pseudonyms:
    """Stands a keyed digest in for an identifier that is itself contact data.

    A shop that uses e-mail addresses as user ids still gets one id a user; the log never sees the
    address. Plain ids of the shop (`u1`, a UUID) are pseudonyms already and stay as they are.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key[:64]

    def stand_in(self, identifier: str) -> str:
        """Return the identifier, or its pseudonym when it reads like an address or a number."""
        if "@" in identifier or (identifier[0] == "+" and _PHONE_ID.fullmatch(identifier)):
            normal = identifier.strip().lower()
            return (
                f"x_{hashlib.blake2b(normal.encode(), key=self._key, digest_size=12).hexdigest()}"
            )
        return identifier


def split_traits(traits: dict[str, Any]) -> tuple[dict[str, Any], list[Contact]]:
    """Return traits without contact data, and the contact data."""
    return _split(traits, _TRAIT_FIELDS)


def split_properties(properties: dict[str, Any]) -> tuple[dict[str, Any], list[Contact]]:
    """Return properties without contact data, and the contact data."""
    return _split(properties, _CONTACT_FIELDS)


def _split(
    fields: dict[str, Any], contact_fields: dict[str, str]
) -> tuple[dict[str, Any], list[Contact]]:
    contacts: list[Contact] = []
    if not fields:
        return fields, contacts
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        contact = contact_fields.get(_letters(name))
        if contact is None:
            kept[name] = value if value.__class__ in _NO_TEXT else redact(value)
        elif contact not in _NEVER_KEPT and value not in (None, ""):
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            contacts.append(Contact(field=contact, value=text))
    return kept, contacts


def redact(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value in which e-mail addresses and nested contact fields are gone."""
    if isinstance(value, str):
        return _EMAIL.sub(REDACTED, value) if "@" in value else value
    if isinstance(value, dict):
        return {
            name: inner if inner.__class__ in _NO_TEXT else redact(inner)
            for name, inner in value.items()
            if _letters(name) not in _CONTACT_FIELDS
        }
    if isinstance(value, list):
        return [redact(inner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    """Return a field's name in lower case without what is no letter or digit; names repeat."""
    return _NOT_LETTERS.sub("", name.lower())
