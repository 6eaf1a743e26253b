"""Rules and declared events as configuration: what files may say of them, checked when applied."""

from collections.abc import Iterator, Sequence

from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.configure.words import meant
from tailorbird.rules.condition import understood
from tailorbird.rules.durations import length_ms, window_ms
from tailorbird.rules.names import ROOTS
from tailorbird.rules.rule import DeclaredEvent, OneOrMore, Rule, names
from tailorbird.rules.vocabulary import Vocabulary, known_events
from tailorbird.spine.clock import DAY_MS

LONGEST_COOLDOWN_MS = 366 * DAY_MS
MOST_SIGNALS = 8


def condition_faults(
    text: str, path: str, known: Known, roots: Sequence[str] = tuple(ROOTS)
) -> Iterator[Fault]:
    """Yield what is wrong with a condition that stands somewhere in a configuration.

    Args:
        text: the condition.
        path: where it stands in its entry, such as `$.when`.
        known: all that is configured.
        roots: the names that mean something there, such as `person` for a segment.
    """
    vocabulary = Vocabulary(event_names(known), roots)
    for slip in understood(text, vocabulary)[0]:
        yield Fault(path, slip.problem, slip.line)


def event_names(known: Known) -> frozenset[str]:
    """Return the events that conditions may name: the plan's, our own, declared and emitted."""
    declared = known.names(EVENTS.field)
    emitted = [rule.then.event for rule in known.of(RULES).values()]
    return known_events([*declared, *emitted])


def _rule(rule: Rule, known: Known) -> Iterator[Fault]:
    if bool(rule.on) == bool(rule.signals):
        yield Fault("$", "it needs either `on` or `signals`")
    if len(rule.signals) == 1 or len(rule.signals) > MOST_SIGNALS:
        yield Fault("$.signals", f"there must be 2 to {MOST_SIGNALS} signals")
    if rule.unless and rule.after is None:
        yield Fault("$.unless", "`unless` means something only with `after`")
    if rule.still != "true" and rule.after is None:
        yield Fault("$.still", "`still` means something only with `after`")
    if not 0 <= rule.holdout <= 1:
        yield Fault("$.holdout", "`holdout` must be 0 to 1")
    yield from _lengths(rule)
    yield from _events(rule, known)
    yield from condition_faults(rule.when, "$.when", known)
    yield from condition_faults(rule.still, "$.still", known)
    for index, signal in enumerate(rule.signals):
        yield from condition_faults(signal.when, f"$.signals[{index}].when", known)


def _lengths(rule: Rule) -> Iterator[Fault]:
    windows = {"within": rule.within, "judgedWithin": rule.judged_within}
    if rule.after is not None:
        windows["after"] = rule.after
    for field, text in windows.items():
        try:
            window_ms(text)
        except ValueError as cause:
            yield Fault(f"$.{field}", f"`{field}`: {cause}")
    try:
        if length_ms(rule.cooldown) > LONGEST_COOLDOWN_MS:
            yield Fault("$.cooldown", "`cooldown` may be at most 366d")
    except ValueError as cause:
        yield Fault("$.cooldown", f"`cooldown`: {cause}")


def _events(rule: Rule, known: Known) -> Iterator[Fault]:
    everything = event_names(known)
    yield from _unknown(rule.on, "$.on", everything)
    yield from _unknown(rule.unless, "$.unless", everything)
    yield from _unknown(rule.judged_by, "$.judgedBy", everything)
    for index, signal in enumerate(rule.signals):
        yield from _unknown(signal.on, f"$.signals[{index}].on", everything)
    if rule.then.event in names(rule.on):
        yield Fault("$.then.event", f"{rule.then.event!r} would set the rule off again")
    if not rule.then.event.strip():
        yield Fault("$.then.event", "an event needs a name")


def _unknown(said: OneOrMore, path: str, known: frozenset[str]) -> Iterator[Fault]:
    for index, name in enumerate(names(said)):
        if name not in known:
            where = path if isinstance(said, str) else f"{path}[{index}]"
            hint = meant(name, known) or "; declare it under `events` if it is the shop's own"
            yield Fault(where, f"there is no event {name!r}{hint}")


EVENTS = Kind("events", "event", DeclaredEvent)
RULES = Kind("rules", "rule", Rule, check=_rule)
