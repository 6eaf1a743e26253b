"""What a person has said about themselves: attributes, and the answers of a quiz."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tailorbird.profile.newest import Stamped, join_newest, put_newest
from tailorbird.spine.events import Event

TRAITS_KEPT = 100
ACCOUNT_TRAITS_KEPT = 200
PREFERENCES = "preferences"
_LONGEST_NAME = 128
_LONGEST_JSON = 4_096
_BETWEEN = "\x1f"
_DECLARING = frozenset({"Quiz Completed", "Preferences Updated"})

Traits = Mapping[str, Stamped]
"""By trait name: its value as canonical JSON, and when it was said."""


def learn_traits(traits: Traits, event: Event) -> Traits:
    """Return the traits after an event; of two values the later said stands.

    The traits of a group are the account's and not taken. `preferences` (also as `preferences` or
    `answers` of `Quiz Completed` and `Preferences Updated`) is taken apart, so that answers given
    on two devices stand side by side. The 100 last said are kept; names over 128 characters and
    values over 4 KiB of JSON are not.
    """
    if not event.traits and event.name not in _DECLARING:
        return traits
    for name, value in _said(event):
        text = msgspec.json.encode(value, order="deterministic").decode()
        if len(name) <= _LONGEST_NAME and len(text) <= _LONGEST_JSON:
            said = Stamped(event.occurred_at_ms, text)
            traits = put_newest(traits, name, said, TRAITS_KEPT)
    return traits


def learn_account_traits(traits: Traits, event: Event) -> Traits:
    """Return what somebody has said of their accounts, after one more `group` call.

    Kept under `account_trait(group id, name)`, the 200 last said, within the limits of traits.
    """
    if event.kind != "group" or event.group_id is None:
        return traits
    for name, value in event.traits.items():
        text = msgspec.json.encode(value, order="deterministic").decode()
        if len(name) <= _LONGEST_NAME and len(text) <= _LONGEST_JSON:
            key, said = account_trait(event.group_id, name), Stamped(event.occurred_at_ms, text)
            traits = put_newest(traits, key, said, ACCOUNT_TRAITS_KEPT)
    return traits


def account_trait(account: str, name: str) -> str:
    """Return the name under which a trait of an account is kept."""
    return f"{account}{_BETWEEN}{name}"


def traits_of_account(traits: Traits, account: str) -> dict[str, Stamped]:
    """Return what was said of one account, by trait name."""
    prefix = account_trait(account, "")
    return {
        key.removeprefix(prefix): said for key, said in traits.items() if key.startswith(prefix)
    }


def join_traits(a: Traits, b: Traits) -> Traits:
    """Return the traits of both; of two values the later said stands."""
    return join_newest(a, b, TRAITS_KEPT)


def attributes(traits: Traits) -> dict[str, Any]:
    """Return every trait but the preferences; one set to null counts as taken back."""
    prefix = f"{PREFERENCES}."
    return {
        name: msgspec.json.decode(said.text)
        for name, said in sorted(traits.items())
        if not name.startswith(prefix) and said.text != "null"
    }


def preferences(traits: Traits) -> dict[str, Any]:
    """Return the declared preferences by question."""
    prefix = f"{PREFERENCES}."
    return {
        name.removeprefix(prefix): msgspec.json.decode(said.text)
        for name, said in sorted(traits.items())
        if name.startswith(prefix) and said.text != "null"
    }


def _said(event: Event) -> Iterator[tuple[str, Any]]:
    if event.kind == "group":
        return
    for name, value in event.traits.items():
        if name == PREFERENCES and isinstance(value, dict):
            yield from _answers(value)
        else:
            yield name, value
    if event.kind == "track" and event.name in _DECLARING:
        declared = event.properties.get(PREFERENCES, event.properties.get("answers"))
        if isinstance(declared, dict):
            yield from _answers(declared)


def _answers(declared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for question, answer in declared.items():
        yield f"{PREFERENCES}.{question}", answer
