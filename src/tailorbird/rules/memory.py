"""The recent past of people, as far as rules look back: marks, signals seen, rules that wait.

All of it follows from the log's last days and from nothing else, so it is kept in memory only, read
from the log again at start, and forgotten with the person. Marks are kept of those events only that
some rule counts, 256 of a person at most.
"""

import heapq
import itertools
from bisect import insort

import msgspec

from tailorbird.rules.moment import Mark
from tailorbird.rules.rulebook import ReadyRule
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId

MARKS_KEPT = 256


class Waiting(msgspec.Struct, frozen=True):
    """A rule that waits to fire about somebody: since when, until when, and on which event."""

    person: PersonId
    rule: str
    since_ms: int
    due_ms: int
    event: Event


class Memory:
    """What rules remember of everybody; whoever was quiet for long is forgotten."""

    def __init__(self) -> None:
        self._marks: dict[PersonId, list[Mark]] = {}
        self._signals: dict[PersonId, dict[str, tuple[int | None, ...]]] = {}
        self._waiting: dict[PersonId, dict[str, Waiting]] = {}
        self._due: list[tuple[int, int, Waiting]] = []
        self._order = itertools.count()

    def mark(self, person: PersonId, mark: Mark) -> None:
        """Remember that something happened, wherever in time it belongs."""
        marks = self._marks[person] = self._marks.pop(person, [])  # the latest come last
        if not marks or marks[-1] <= mark:
            marks.append(mark)
        else:
            insort(marks, mark)
        del marks[:-MARKS_KEPT]

    def marks(self, person: PersonId) -> list[Mark]:
        """Return what happened lately, oldest first."""
        return self._marks.get(person, [])

    def signaled(
        self, person: PersonId, ready: ReadyRule, seen: tuple[int, ...], at_ms: int
    ) -> bool:
        """Remember that some signals of a rule came; return whether now all came close together.

        When they did, they are used up: the next time needs all of them anew.
        """
        rules = self._signals[person] = self._signals.pop(person, {})
        known = list(rules.get(ready.name, (None,) * len(ready.signals)))
        known += [None] * (len(ready.signals) - len(known))
        for index in seen:
            known[index] = max(known[index] or at_ms, at_ms)
        close = [one is not None and at_ms - one <= ready.within_ms for one in known]
        if all(close):
            rules.pop(ready.name, None)
            return True
        rules[ready.name] = tuple(known)
        return False

    def wait(self, waiting: Waiting) -> None:
        """Let a rule wait; one that waits already begins anew, unless this began before it."""
        rules = self._waiting.setdefault(waiting.person, {})
        present = rules.get(waiting.rule)
        if present is not None and present.since_ms > waiting.since_ms:
            return
        rules[waiting.rule] = waiting
        heapq.heappush(self._due, (waiting.due_ms, next(self._order), waiting))

    def call_off(self, person: PersonId, rule: str, at_ms: int) -> bool:
        """Let a rule wait no longer, if it began before; return whether it did wait."""
        rules = self._waiting.get(person, {})
        found = rules.get(rule)
        if found is None or found.since_ms > at_ms:
            return False
        self._stop(person, rule)
        return True

    def due(self, now_ms: int) -> list[Waiting]:
        """Return the rules whose time has come, and let them wait no longer."""
        found = []
        while self._due and self._due[0][0] <= now_ms:
            _, _, waiting = heapq.heappop(self._due)
            if self._waiting.get(waiting.person, {}).get(waiting.rule) is waiting:
                self._stop(waiting.person, waiting.rule)
                found.append(waiting)
        return found

    def join(self, person: PersonId, absorbed: PersonId) -> None:
        """Take what is remembered of somebody as that of the person they turned out to be."""
        for mark in self._marks.pop(absorbed, []):
            self.mark(person, mark)
        for rule, seen in self._signals.pop(absorbed, {}).items():
            mine = self._signals.setdefault(person, {})
            mine[rule] = _later(mine.get(rule, ()), seen)
        for waiting in self._waiting.pop(absorbed, {}).values():
            self.wait(msgspec.structs.replace(waiting, person=person))

    def forget(self, person: PersonId) -> None:
        """Forget a person."""
        self._marks.pop(person, None)
        self._signals.pop(person, None)
        if self._waiting.pop(person, None):
            self._due = [entry for entry in self._due if entry[2].person != person]
            heapq.heapify(self._due)

    def fade(self, before_ms: int) -> None:
        """Forget people of whom nothing came since a moment: the longest silent stand first."""
        while self._marks:
            person = next(iter(self._marks))
            if self._marks[person][-1].at_ms >= before_ms:
                break
            del self._marks[person]
        while self._signals:
            person = next(iter(self._signals))
            if any(_newest(seen) >= before_ms for seen in self._signals[person].values()):
                break
            del self._signals[person]

    def _stop(self, person: PersonId, rule: str) -> None:
        rules = self._waiting[person]
        del rules[rule]
        if not rules:
            del self._waiting[person]

    @property
    def people(self) -> int:
        """Of how many people something is remembered."""
        return len(self._marks.keys() | self._signals.keys() | self._waiting.keys())

    def waiting(self) -> dict[str, int]:
        """Return how many people each rule waits for."""
        found: dict[str, int] = {}
        for rules in self._waiting.values():
            for rule in rules:
                found[rule] = found.get(rule, 0) + 1
        return found


def _later(a: tuple[int | None, ...], b: tuple[int | None, ...]) -> tuple[int | None, ...]:
    pairs = itertools.zip_longest(a, b)
    return tuple(max((one for one in pair if one is not None), default=None) for pair in pairs)


def _newest(seen: tuple[int | None, ...]) -> int:
    return max((one for one in seen if one is not None), default=0)
