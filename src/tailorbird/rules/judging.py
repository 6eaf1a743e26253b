"""Judging: which rules fire on an event, which begin to wait, and which stay silent, and why."""

from collections.abc import Iterator, Mapping

import cel
import msgspec

from tailorbird.rules.asking import holds, holds_at, surroundings
from tailorbird.rules.firing import Firing
from tailorbird.rules.memory import Memory, Waiting
from tailorbird.rules.moment import Moment
from tailorbird.rules.rulebook import ReadyRule, Rulebook
from tailorbird.rules.samples import UNFIT
from tailorbird.spine.events import Event

LATE_MS = 10 * 60 * 1000
"""An event that came in later than this after it happened counts, but sets nothing off."""


class Counts(msgspec.Struct):
    """What became of one rule since the server started.

    Attributes:
        asked: how often its event came in.
        fired: how often it fired.
        held_out: how many of those were in its control group.
        cooling: how often it held, but had fired lately.
        outranked: how often it held, but a rule of its group had fired on the event already.
        called_off: how often it stopped waiting.
        failed: how often it had waited, and did not hold any longer.
        last_ms: when it fired last.
    """

    asked: int = 0
    fired: int = 0
    held_out: int = 0
    cooling: int = 0
    outranked: int = 0
    called_off: int = 0
    failed: int = 0
    last_ms: int | None = None


class Tally(dict[str, Counts]):
    """What became of every rule."""

    def __missing__(self, rule: str) -> Counts:
        """Return counts of a rule that was not asked before."""
        self[rule] = Counts()
        return self[rule]


Fired = Mapping[str, int]
"""Rule → when it fired last about somebody."""


def timely(event: Event) -> bool:
    """Return whether an event may set something off: it is no history, and came in soon."""
    return not event.historical and event.received_at_ms - event.occurred_at_ms <= LATE_MS


def judged(
    book: Rulebook, memory: Memory, moment: Moment, fired: Fired, tally: Tally
) -> list[Firing]:
    """Return what fires on the event of a moment; rules that wait begin to.

    Args:
        book: the rules.
        memory: what is remembered; signals and waiting rules are put into it.
        moment: the event, and whose it is.
        fired: when rules fired last about this person.
        tally: where is counted what becomes of rules.
    """
    event = moment.event
    asked = () if event is None else book.by_event.get(event.name, ())
    if event is None or not asked:
        return []
    try:
        seen = surroundings(book.needs[event.name], moment)
    except UNFIT:  # a value that CEL has no type for
        return []
    firings: list[Firing] = []
    groups: set[str] = set()
    for ready in asked:
        counts = tally[ready.name]
        counts.asked += 1
        if not _holds(ready, seen, memory, moment):
            continue
        if ready.rule.group is not None and ready.rule.group in groups:
            counts.outranked += 1
        elif cooling(ready, fired, event.occurred_at_ms):
            counts.cooling += 1
        else:
            groups.update([] if ready.rule.group is None else [ready.rule.group])
            firings += _begun(ready, memory, moment, event)
    return firings


def fulfilled(ready: ReadyRule, waiting: Waiting, moment: Moment, fired: Fired) -> Firing | None:
    """Return the firing of a rule that has waited; None if it does not hold any longer.

    Args:
        ready: the rule as it is now.
        waiting: since when, and on which event.
        moment: as it is now, with that event.
        fired: when rules fired last about this person.
    """
    if cooling(ready, fired, waiting.due_ms) or not holds_at(ready.still, moment):
        return None
    held_out = ready.holds_out(waiting.person)
    return Firing(ready, waiting.person, waiting.due_ms, waiting.event, held_out)


def cooling(ready: ReadyRule, fired: Fired, at_ms: int) -> bool:
    """Return whether a rule has fired so lately that it stays silent."""
    last_ms = fired.get(ready.name)
    return last_ms is not None and abs(at_ms - last_ms) < max(ready.cooldown_ms, 1)


def _holds(ready: ReadyRule, seen: cel.Context, memory: Memory, moment: Moment) -> bool:
    event = moment.event
    if event is not None and ready.signals:
        came = tuple(
            index
            for index, signal in enumerate(ready.signals)
            if event.name in signal.on and holds(signal.when, seen)
        )
        if not came or not holds(ready.when, seen):
            return False
        return memory.signaled(moment.person, ready, came, event.occurred_at_ms)
    return holds(ready.when, seen)


def _begun(ready: ReadyRule, memory: Memory, moment: Moment, event: Event) -> Iterator[Firing]:
    """Yield a firing, or let the rule wait."""
    if ready.after_ms is None:
        held_out = ready.holds_out(moment.person)
        yield Firing(ready, moment.person, event.occurred_at_ms, event, held_out)
        return
    since_ms = event.occurred_at_ms
    due_ms = since_ms + ready.after_ms
    memory.wait(Waiting(moment.person, ready.name, since_ms, due_ms, event))
