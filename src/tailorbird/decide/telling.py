"""A decision of the journal as outsiders are told of it: one shape for doors, exports, receipts."""

from typing import Any

from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.clock import format_time


def told(record: DecisionRecord) -> dict[str, Any]:
    """Return a decision as JSON-ready fields, in camelCase as everything on the wire."""
    more = {"ghosts": record.ghosts} if record.ghosts else {}
    return {
        "decisionId": record.decision_id,
        "at": format_time(record.at_ms),
        "personId": record.person,
        "userId": record.user_id,
        "anonymousId": record.anonymous_id,
        "page": record.page,
        "tookMs": record.took_ms,
        "decisions": record.decisions,
        **more,
        **({"units": record.units} if record.units else {}),
    }
