"""At which hours of the week somebody is active, in their own time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from tailorbird.profile.presence import HOURS_A_WEEK
from tailorbird.spine.clock import HOUR_MS

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class BestHour(msgspec.Struct, frozen=True, rename="camel"):
    """One hour of the week in local time, and its share (0..1) of all that was counted."""

    day: str
    hour: int
    share: float


def best_hours(hours: Mapping[int, int], offset_hours: int, limit: int = 3) -> tuple[BestHour, ...]:
    """Return the busiest hours of the week, the busiest first; equal ones by the week.

    Args:
        hours: counts by hour of the week in UTC (0 is Monday 00:00).
        offset_hours: how far local time is ahead of UTC.
        limit: how many to return.
    """
    total = sum(hours.values())
    local = {(hour + offset_hours) % HOURS_A_WEEK: times for hour, times in hours.items()}
    ranked = sorted(local, key=lambda hour: (-local[hour], hour))[:limit]
    return tuple(
        BestHour(_DAYS[hour // 24], hour % 24, round(local[hour] / total, 4)) for hour in ranked
    )


def offset_of(timezone: str | None, at_ms: int) -> int:
    """Return how many whole hours a zone is ahead of UTC at a moment; 0 for an unknown zone."""
    if timezone is None:
        return 0
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        # What a client calls a time zone may be no zone, no file name, or a folder of zones.
        return 0
    offset = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000) // HOUR_MS
