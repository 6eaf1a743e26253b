"""How right rules are: of those in its control group, who reached the goal though nothing was done.

A rule that fires says "this person needs something". Whoever is held out gets nothing; who of them
buys all the same did not need it: the firing was a false alarm. The share of these is the rule's
false-positive rate. It is only known for rules with a `holdout`.
"""

from collections.abc import Iterable
from math import sqrt

import msgspec

from tailorbird.rules.durations import length_ms
from tailorbird.rules.firing import SOURCE
from tailorbird.rules.ports import Log, People
from tailorbird.rules.recalling import since
from tailorbird.rules.rule import Rule
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import PersonId

_Z = 1.959963984540054  # 95 %, two-sided


class Share(msgspec.Struct, frozen=True, rename="camel"):
    """So many of so many: the share with its 95 % interval; None where there are none."""

    of: int
    reached: int
    share: float | None
    low: float | None
    high: float | None


class RuleReport(msgspec.Struct, frozen=True, rename="camel"):
    """How one rule did.

    Attributes:
        rule: its name.
        goal: the event that counts as reaching the goal.
        within: how long after a firing.
        treated: firings on which something could be done, and how many reached the goal.
        held_out: firings in the control group, and how many reached the goal all the same: the
            false-positive rate.
        open: firings of which it is too early to tell; they are in none of the above.
    """

    rule: str
    goal: str
    within: str
    treated: Share
    held_out: Share
    open: int


class _Fire(msgspec.Struct):
    rule: str
    at_ms: int
    held_out: bool
    reached: bool = False


class Judge:
    """Collects firings and what came of them, event by event in the order of the log."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._within = {name: length_ms(rule.judged_within) for name, rule in self._rules.items()}
        self._goals = {rule.judged_by for rule in self._rules.values()}
        self._fires: dict[PersonId, list[_Fire]] = {}

    def cares_for(self, event: Event) -> bool:
        """Return whether an event says something about any rule."""
        return event.source == SOURCE or event.name in self._goals

    def take(self, event: Event, person: PersonId) -> None:
        """Take one event of somebody."""
        for fire in self._fires.get(person, ()):
            rule = self._rules[fire.rule]
            passed_ms = event.occurred_at_ms - fire.at_ms
            if event.name == rule.judged_by and 0 < passed_ms <= self._within[fire.rule]:
                fire.reached = True
        name = str(event.properties.get("rule"))
        if event.source == SOURCE and name in self._rules:
            held_out = event.properties.get("holdout") is True
            fire = _Fire(name, event.occurred_at_ms, held_out)
            self._fires.setdefault(person, []).append(fire)

    def reports(self, now_ms: int) -> list[RuleReport]:
        """Return how every rule did, by name."""
        found = []
        for name, rule in sorted(self._rules.items()):
            fires = [one for mine in self._fires.values() for one in mine if one.rule == name]
            closed = [one for one in fires if one.at_ms + self._within[name] <= now_ms]
            found.append(
                RuleReport(
                    rule=name,
                    goal=rule.judged_by,
                    within=rule.judged_within,
                    treated=_share([one.reached for one in closed if not one.held_out]),
                    held_out=_share([one.reached for one in closed if one.held_out]),
                    open=len(fires) - len(closed),
                )
            )
        return found


async def report(
    log: Log, people: People, rules: Iterable[Rule], now_ms: int, days: int
) -> list[RuleReport]:
    """Return how rules did over some days, read from the log.

    Args:
        log: what happened.
        people: who somebody is now, so that an order after a login counts.
        rules: those to report on.
        now_ms: firings whose time is not up by then are open.
        days: how far back.
    """
    judge = Judge(rules)
    async for batch in since(log, now_ms - days * DAY_MS, log.last_offset):
        for logged in batch:
            await _take(judge, people, logged)
    return judge.reports(now_ms)


async def _take(judge: Judge, people: People, logged: LoggedEvent) -> None:
    if judge.cares_for(logged.event):
        person = await people.person(logged.event.subject)
        if person is not None:
            judge.take(logged.event, person)


def _share(reached: list[bool]) -> Share:
    """Return a share with its interval by Wilson (1927), which holds for few and for none."""
    of, hits = len(reached), sum(reached)
    if of == 0:
        return Share(0, 0, None, None, None)
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(of, hits, share, max(0.0, middle - half), min(1.0, middle + half))
