"""The rulebook: all rules of a configuration, compiled, and found by the event that asks them."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.rules.asking import Needs, needs_of
from tailorbird.rules.condition import Condition, condition
from tailorbird.rules.configuration import RULES
from tailorbird.rules.durations import length_ms
from tailorbird.rules.rule import Rule, asked_on, names
from tailorbird.spine.clock import HOUR_MS
from tailorbird.spine.ids import PersonId

_WHOLE = 2**64


class ReadySignal(msgspec.Struct, frozen=True):
    """A signal, compiled."""

    on: frozenset[str]
    when: Condition


class ReadyRule(msgspec.Struct, frozen=True):
    """A rule, compiled; lengths in milliseconds.

    `policy` is the rule's name with the version of the configuration that changed it last.
    """

    rule: Rule
    policy: str
    when: Condition
    still: Condition
    signals: tuple[ReadySignal, ...]
    cooldown_ms: int
    within_ms: int
    after_ms: int | None
    unless: frozenset[str]

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name

    @property
    def patience_ms(self) -> int:
        """How long after its time a rule that waited may still fire, if nobody was there."""
        return 0 if self.after_ms is None else max(self.after_ms, HOUR_MS)

    def holds_out(self, person: PersonId) -> bool:
        """Return whether nothing is to be done about somebody: always the same for one person."""
        if self.rule.holdout <= 0:
            return False
        digest = hashlib.blake2b(f"{self.name}\0{person}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.rule.holdout * _WHOLE


class Rulebook(msgspec.Struct, frozen=True):
    """All rules that are asked.

    Attributes:
        by_event: event → the rules that it asks, in the order in which they are asked.
        needs: event → what their conditions need.
        called_off: event → the rules that it calls off while they wait.
        counted: the events of which marks are kept.
        reach_ms: how far back marks, signals and waiting rules look.
    """

    by_event: Mapping[str, tuple[ReadyRule, ...]] = {}
    needs: Mapping[str, Needs] = {}
    called_off: Mapping[str, tuple[str, ...]] = {}
    counted: frozenset[str] = frozenset()
    reach_ms: int = 0

    @property
    def rules(self) -> dict[str, ReadyRule]:
        """Every rule once, by name."""
        return {one.name: one for asked in self.by_event.values() for one in asked}

    def cares_for(self, event: str) -> bool:
        """Return whether an event matters to any rule."""
        return event in self.by_event or event in self.counted or event in self.called_off

    def remembers_as(self, other: "Rulebook") -> bool:
        """Return whether what is remembered for another rulebook is what this one needs."""
        return (
            self.counted == other.counted
            and self.reach_ms == other.reach_ms
            and _patient(self) == _patient(other)
        )


NO_RULES = Rulebook()


def rulebook(configuration: Configuration) -> Rulebook:
    """Return the rules of a valid configuration, compiled."""
    ready = [
        _ready(rule, f"{rule.name}@{configuration.changed_in(RULES.field, rule.name)}")
        for rule in configuration.of(RULES)
        if rule.enabled
    ]
    if not ready:
        return NO_RULES
    ready.sort(key=lambda one: (-one.rule.priority, one.name))
    by_event: dict[str, tuple[ReadyRule, ...]] = {}
    called_off: dict[str, tuple[str, ...]] = {}
    for one in ready:
        for name in sorted(asked_on(one.rule)):
            by_event[name] = (*by_event.get(name, ()), one)
        for name in sorted(one.unless):
            called_off[name] = (*called_off.get(name, ()), one.name)
    counts = [count for one in ready for asked in conditions_of(one) for count in asked.counts]
    return Rulebook(
        by_event=by_event,
        needs={name: needs_of(_asked_by(name, asked)) for name, asked in by_event.items()},
        called_off=called_off,
        counted=frozenset(count.name for count in counts),
        reach_ms=max([0, *(count.window_ms for count in counts), *(_reach(one) for one in ready)]),
    )


def conditions_of(ready: ReadyRule) -> Iterable[Condition]:
    """Return every condition of a rule."""
    return (ready.when, ready.still, *(signal.when for signal in ready.signals))


def _asked_by(event: str, rules: Iterable[ReadyRule]) -> Iterable[Condition]:
    for one in rules:
        yield one.when
        for signal in one.signals:
            if event in signal.on:
                yield signal.when


def _reach(ready: ReadyRule) -> int:
    waits = 0 if ready.after_ms is None else ready.after_ms + ready.patience_ms
    return max(waits, ready.within_ms if ready.signals else 0)


def _patient(book: Rulebook) -> dict[str, ReadyRule]:
    """Return the rules of which something is remembered."""
    return {
        name: one for name, one in book.rules.items() if one.signals or one.after_ms is not None
    }


def _ready(rule: Rule, policy: str) -> ReadyRule:
    return ReadyRule(
        rule=rule,
        policy=policy,
        when=condition(rule.when),
        still=condition(rule.still),
        signals=tuple(
            ReadySignal(frozenset(names(one.on)), condition(one.when)) for one in rule.signals
        ),
        cooldown_ms=length_ms(rule.cooldown),
        within_ms=length_ms(rule.within),
        after_ms=None if rule.after is None else length_ms(rule.after),
        unless=frozenset(names(rule.unless)),
    )
