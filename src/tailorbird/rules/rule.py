"""A rule: on what it is asked, under which condition it fires, and what follows.

A rule is asked when one of its events comes in (`on`), or when the last of several signals does
(`signals`, all within `within`). With `after` it fires that long later, unless one of the events
under `unless` came in between, and only if `still` holds then.
"""

from typing import Any

import msgspec

from tailorbird.rules.vocabulary import RULE_FIRED

OneOrMore = str | tuple[str, ...]


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of several things that must have happened; `when` is asked as it happens."""

    on: OneOrMore
    when: str = "true"


class Then(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the log says when the rule fires: an event of this name, with these properties."""

    event: str = RULE_FIRED
    properties: dict[str, Any] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One rule, as a file says it.

    Attributes:
        name: unique among rules.
        description: for people.
        on: the events on which it is asked.
        when: the condition, asked as the event comes in.
        signals: in the place of `on`: several things, each with its own condition.
        within: how close together the signals must be.
        after: fire only this long after; the last event that asks starts the time anew.
        unless: events that call it off while it waits.
        still: a condition that must hold when it has waited.
        cooldown: how long it stays silent about a person after it fired.
        priority: rules of higher priority are asked first.
        group: of rules in one group, only the first that holds fires for an event.
        holdout: share of people for whom it fires without anything being done: the control group.
        judged_by: the event that says afterwards that the goal was reached.
        judged_within: how long after.
        then: what the log says.
        enabled: whether it is asked at all.
    """

    name: str
    description: str = ""
    on: OneOrMore = ()
    when: str = "true"
    signals: tuple[Signal, ...] = ()
    within: str = "30m"
    after: str | None = None
    unless: OneOrMore = ()
    still: str = "true"
    cooldown: str = "1h"
    priority: int = 0
    group: str | None = None
    holdout: float = 0.0
    judged_by: str = "Order Completed"
    judged_within: str = "1d"
    then: Then = Then()
    enabled: bool = True


class DeclaredEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event of the shop's own, declared so that rules may name it."""

    name: str
    description: str = ""


def names(said: OneOrMore) -> tuple[str, ...]:
    """Return one name or several as several."""
    return (said,) if isinstance(said, str) else said


def asked_on(rule: Rule) -> frozenset[str]:
    """Return the events on which a rule, or a signal of it, is asked."""
    own = names(rule.on)
    return frozenset({*own, *(name for signal in rule.signals for name in names(signal.on))})
