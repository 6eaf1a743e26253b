"""Firing: what a rule says in the log, the same again for the same cause, so it is said once."""

import hashlib
from typing import Any

import msgspec

from tailorbird.rules.rulebook import ReadyRule
from tailorbird.spine.events import OWN_SOURCE, Event
from tailorbird.spine.ids import PersonId

SOURCE = f"{OWN_SOURCE}rules"
MOST_DEEP = 5
"""A rule may be set off by what another rule said, and so on, this often."""


class Firing(msgspec.Struct, frozen=True):
    """A rule fires about somebody: as of when, on which event, and whether nothing may be done."""

    ready: ReadyRule
    person: PersonId
    at_ms: int
    cause: Event
    held_out: bool


def said(firing: Firing, now_ms: int) -> Event:
    """Return the event that a firing writes into the log.

    Its message id follows from the rule and the cause: fired twice for the same cause, as after a
    crash, it is in the log once.
    """
    cause, rule = firing.cause, firing.ready.rule
    properties: dict[str, Any] = {
        **rule.then.properties,
        "rule": rule.name,
        "policy": firing.ready.policy,
        "cause": cause.name,
        "holdout": firing.held_out,
        "depth": depth(cause) + 1,
    }
    return Event(
        kind="track",
        name=rule.then.event,
        message_id=_message_id(rule.name, cause),
        source=SOURCE,
        occurred_at_ms=firing.at_ms,
        received_at_ms=now_ms,
        anonymous_id=cause.anonymous_id,
        user_id=cause.user_id,
        items=cause.items,
        currency=cause.currency,
        properties=properties,
        context=cause.context,
    )


def depth(event: Event) -> int:
    """Return how many rules have led to an event; 0 for what somebody did."""
    found = event.properties.get("depth") if event.source == SOURCE else 0
    return found if isinstance(found, int) else 0


def _message_id(rule: str, cause: Event) -> str:
    digest = hashlib.blake2b(
        f"{rule}\0{cause.source}\0{cause.message_id}".encode(), digest_size=12
    ).hexdigest()
    return f"r_{digest}"
