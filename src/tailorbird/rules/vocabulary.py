"""What a condition may name in one place, and which events are known."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from tailorbird.collect.plan import PAGE_NAMES, PLAN
from tailorbird.rules.names import ROOTS

RULE_FIRED = "Rule Fired"
"""What a rule says in the log when it fires, unless it says something of its own."""

OWN_EVENTS = (
    RULE_FIRED,
    "Decision Made",
    "Segment Entered",
    "Segment Exited",
    "Journey Entered",
    "Journey Exited",
    "Message Sent",
    "Message Suppressed",
)


class Vocabulary(msgspec.Struct, frozen=True):
    """What a condition may name in one place.

    Attributes:
        events: the names of events that are known; None where any will do.
        roots: the names that mean something there.
    """

    events: Collection[str] | None = None
    roots: Sequence[str] = tuple(ROOTS)


ANYTHING = Vocabulary()
"""Everything, with events of any name."""


def known_events(declared: Iterable[str]) -> frozenset[str]:
    """Return the events that are known: the tracking plan's, our own, and those declared."""
    return frozenset({*PLAN, *PAGE_NAMES.values(), *OWN_EVENTS, *declared})
