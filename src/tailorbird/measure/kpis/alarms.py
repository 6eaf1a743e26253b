"""False alarms of triggers: the rules room judges them; here its judge is shown the log."""

from collections.abc import Iterable

from tailorbird.measure.kpis.gists import EventGist, properties
from tailorbird.rules.firing import SOURCE
from tailorbird.rules.report import Judge
from tailorbird.rules.rule import Rule
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId


class Alarms:
    """Firings of a period, and what came of them until now.

    Args:
        rules: those in force.
        until_ms: later firings do not count.
    """

    def __init__(self, rules: Iterable[Rule], until_ms: int) -> None:
        known = tuple(rules)
        self._judge = Judge(known)
        self._goals = {rule.judged_by for rule in known}
        self._until_ms = until_ms

    def take(self, event: EventGist, person: int) -> None:
        """Take an event of somebody who may be measured."""
        fires = event.source == SOURCE and event.occurred_at_ms < self._until_ms
        if not fires and event.name not in self._goals:
            return
        said = properties(event.properties) if fires and len(event.properties) else {}
        at_ms = event.occurred_at_ms
        told = Event(
            kind="track",
            name=event.name,
            message_id="",
            source=event.source if fires else "",
            occurred_at_ms=at_ms,
            received_at_ms=at_ms,
            properties=said,
        )
        self._judge.take(told, PersonId(str(person)))

    def of_control(self, now_ms: int) -> dict[str, tuple[int, int]]:
        """Return of each rule with a control group how many reached the goal there, of how many."""
        found = {one.rule: one.held_out for one in self._judge.reports(now_ms)}
        return {rule: (share.reached, share.of) for rule, share in found.items() if share.of}
