"""Exposures as an export tells them: what was shown, then what people did about it."""

from collections.abc import Iterable, Iterator
from typing import Any

from tailorbird.collect.rendering import rendered
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.clock import format_time
from tailorbird.spine.events import LoggedEvent

_OUTCOMES = "Recommendation "
_OF_SLOT = ("placement", "level", "policy", "model", "experiments")


def exposures(
    decisions: Iterable[DecisionRecord], events: Iterable[LoggedEvent], since_ms: int
) -> Iterator[dict[str, Any]]:
    """Yield all that was shown or done, then every outcome; `kind` tells which.

    Args:
        decisions: the journal, from `since_ms` on.
        events: the log.
        since_ms: outcomes before this are left out.
    """
    for record in decisions:
        for slot in record.decisions:
            yield from _shown(record, slot)
    for logged in events:
        event = logged.event
        if event.name.startswith(_OUTCOMES) and event.occurred_at_ms >= since_ms:
            yield {"kind": "outcome", **rendered(logged)}


def _shown(record: DecisionRecord, slot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    what = {
        "kind": "shown",
        "decisionId": record.decision_id,
        "at": format_time(record.at_ms),
        "personId": record.person,
        "userId": record.user_id,
        "anonymousId": record.anonymous_id,
        **{name: slot[name] for name in _OF_SLOT if name in slot},
    }
    for item in slot.get("items") or ():
        yield {**what, **_named("item", item)}
    for name in ("content", "offer"):
        if slot.get(name):
            yield {**what, **_named(name, slot[name])}
    for action in slot.get("actions") or ():
        where = {"shownIn": action["placement"]} if "placement" in action else {}
        yield {**_named("action", action), **what, "does": action["kind"], **where}


def _named(name: str, shown: dict[str, Any]) -> dict[str, Any]:
    rest = {field: value for field, value in shown.items() if field != "id"}
    return {name: shown.get("id"), **rest}
