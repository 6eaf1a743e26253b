"""Time as an argument: whoever needs to know the time is handed a clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Returns now in milliseconds since 1970 (UTC)."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def wall_clock() -> int:
    """Return the machine's time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def parse_time_ms(text: str) -> int:
    """Return the moment that an ISO 8601 text names, in milliseconds since 1970 (UTC).

    A text without an offset is read as UTC, as Segment's libraries mean it.

    Raises:
        ValueError: the text is not an ISO 8601 date and time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def format_time(at_ms: int) -> str:
    """Return a moment as ISO 8601 in UTC with milliseconds, as the wire shows it."""
    moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
