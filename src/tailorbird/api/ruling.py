"""The doors of rules: which there are, how often they fired, and how right they were."""

from typing import Annotated, Any

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.configuring import joined
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer, decoded, whole_number
from tailorbird.configure.reading import MOST_BYTES
from tailorbird.rules.configuration import RULES
from tailorbird.rules.judging import Counts
from tailorbird.rules.names import ROOTS
from tailorbird.rules.rehearsing import Rehearsal, Rehearsed
from tailorbird.rules.report import RuleReport, report
from tailorbird.rules.rule import Rule, asked_on
from tailorbird.spine.clock import Clock, format_time

_DAYS, _MOST_DAYS = 30, 3_650
_MOST_HOURS = 24 * 31


class RuleShown(msgspec.Struct, frozen=True, rename="camel"):
    """One rule, and what became of it since the server started."""

    name: str
    description: str
    enabled: bool
    changed_in: int
    on: tuple[str, ...]
    when: str
    priority: int
    holdout: float
    emits: str
    waiting: int
    asked: int
    fired: int
    held_out: int
    cooling: int
    outranked: int
    called_off: int
    failed: int
    last_fired_at: str | None


class RulesShown(msgspec.Struct, frozen=True, rename="camel"):
    """All rules, of how many people something is remembered, and how many events were skipped."""

    rules: tuple[RuleShown, ...]
    people: int
    skipped: int


class RulesReported(msgspec.Struct, frozen=True):
    """How rules did."""

    rules: tuple[RuleReport, ...]
    days: int


class RehearsalAsked(msgspec.Struct, frozen=True):
    """Files whose rules are rehearsed, joined with those in force; over how many hours."""

    files: dict[str, str | None] = {}
    hours: Annotated[int, msgspec.Meta(ge=1, le=_MOST_HOURS)] = 24


class RehearsalShown(msgspec.Struct, frozen=True):
    """What would have become of every rule."""

    rules: tuple[Rehearsed, ...]
    hours: int


class NamesShown(msgspec.Struct, frozen=True):
    """What conditions can name: name → field → what it means."""

    names: dict[str, dict[str, Any]]


class RulingDoors:
    """Doors for whoever writes rules."""

    def __init__(self, keeper: Doorkeeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/rules"): self.show,
            ("GET", "/v1/rules/report"): self.report,
            ("GET", "/v1/rules/names"): self.names,
            ("POST", "/v1/rules/rehearse"): self.rehearse,
        }

    async def show(self, call: Call) -> Answer:
        """Show the rules in force, and how often each fired since the server started."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        watcher = visitor.shop.watcher
        waiting = watcher.memory.waiting()
        rules = tuple(
            _shown(rule, visitor, watcher.tally.get(rule.name, Counts()), waiting)
            for rule in visitor.shop.configurator.active.of(RULES)
        )
        return answer(RulesShown(rules, watcher.memory.people, watcher.skipped))

    async def report(self, call: Call) -> Answer:
        """Show of each rule who reached its goal, treated and held out: its false alarms."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        days = whole_number(call, "days", _DAYS, _MOST_DAYS, 1)
        shop = visitor.shop
        rules = shop.configurator.active.of(RULES)
        found = await report(shop.log, shop.watcher.around.people, rules, self._clock(), days)
        return answer(RulesReported(tuple(found), days))

    async def rehearse(self, call: Call) -> Answer:
        """Show how often the rules of a draft would have fired over the last hours."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        body = await call.body(2 * MOST_BYTES)
        asked = decoded(body or b"{}", RehearsalAsked, "files, and hours to look back")
        desk = visitor.shop.configurator
        draft = await desk.draft(joined(desk.active, asked.files))
        found = await Rehearsal(visitor.shop.watcher.around, draft).walk(asked.hours)
        return answer(RehearsalShown(tuple(found), asked.hours))

    async def names(self, call: Call) -> Answer:
        """Show what conditions can name, for editors."""
        await self._keeper.admit(call, Scope.ADMIN)
        return answer(
            NamesShown(
                {
                    root: {
                        name: {"type": one.type, "about": one.about} for name, one in known.items()
                    }
                    for root, known in ROOTS.items()
                }
            )
        )


def _shown(rule: Rule, visitor: Visitor, counts: Counts, waiting: dict[str, int]) -> RuleShown:
    last_ms = counts.last_ms
    return RuleShown(
        name=rule.name,
        description=rule.description,
        enabled=rule.enabled,
        changed_in=visitor.shop.configurator.active.changed_in(RULES.field, rule.name),
        on=tuple(sorted(asked_on(rule))),
        when=rule.when,
        priority=rule.priority,
        holdout=rule.holdout,
        emits=rule.then.event,
        waiting=waiting.get(rule.name, 0),
        asked=counts.asked,
        fired=counts.fired,
        held_out=counts.held_out,
        cooling=counts.cooling,
        outranked=counts.outranked,
        called_off=counts.called_off,
        failed=counts.failed,
        last_fired_at=None if last_ms is None else format_time(last_ms),
    )
