"""When somebody was here, from where, on what, and how they found us."""

from collections.abc import Mapping

import msgspec

from tailorbird.profile.newest import Stamped, later, latest
from tailorbird.spine.clock import DAY_MS, HOUR_MS
from tailorbird.spine.events import Context, Event

DAYS_KEPT = 400
HOURS_A_WEEK = 168
# 1970 began on a Thursday; weeks here begin on Monday.
_HOURS_BEFORE_1970 = 72

# What is done to or about a person, by us or by the shop, does not mean that they were here.
_NOT_THEIRS = frozenset(
    {
        "Decision Made",
        "Email Bounced",
        "Email Delivered",
        "Email Sent",
        "Journey Entered",
        "Journey Exited",
        "Message Bounced",
        "Message Delivered",
        "Message Sent",
        "Message Suppressed",
        "Order Cancelled",
        "Order Refunded",
        "Person Erased",
        "Person Merged",
        "Person Split",
        "Push Notification Bounced",
        "Push Notification Received",
        "SMS Delivered",
        "SMS Sent",
        "Segment Entered",
        "Segment Exited",
        "Ticket Closed",
    }
)


class Arrival(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """One coming to the shop by a known way; empty where a part is unknown."""

    at_ms: int
    channel: str = ""
    campaign: str = ""
    referrer: str = ""


class Presence(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The times and circumstances of all visits.

    `days` are the last 400 days with activity, as days since 1970 (UTC), sorted. `hours` counts
    activity by hour of the week (0 is Monday 00:00 UTC). The rest is what was said last.
    """

    first_ms: int | None = None
    last_ms: int | None = None
    days: tuple[int, ...] = ()
    hours: Mapping[int, int] = {}
    device: Stamped | None = None
    locale: Stamped | None = None
    timezone: Stamped | None = None
    country: Stamped | None = None
    first_arrival: Arrival | None = None
    last_arrival: Arrival | None = None


ABSENT = Presence()


def see(presence: Presence, event: Event) -> Presence:
    """Return the presence after one more event; those not of the person's own doing are skipped."""
    if event.name in _NOT_THEIRS and event.kind == "track":
        return presence
    at_ms, context = event.occurred_at_ms, event.context
    hour = hour_of_week(at_ms)
    first_ms, last_ms = presence.first_ms, presence.last_ms
    arrival = _arrival(at_ms, context)
    return Presence(
        at_ms if first_ms is None or at_ms < first_ms else first_ms,
        at_ms if last_ms is None or at_ms > last_ms else last_ms,
        _with_day(presence.days, at_ms // DAY_MS),
        {**presence.hours, hour: presence.hours.get(hour, 0) + 1},
        latest(presence.device, at_ms, context.device),
        latest(presence.locale, at_ms, context.locale),
        latest(presence.timezone, at_ms, context.timezone),
        latest(presence.country, at_ms, context.country),
        _earlier(presence.first_arrival, arrival),
        later(presence.last_arrival, arrival),
    )


def join_presence(a: Presence, b: Presence) -> Presence:
    """Return the presence of both histories together."""
    hours = dict(a.hours)
    for hour, times in b.hours.items():
        hours[hour] = hours.get(hour, 0) + times
    firsts = [first for first in (a.first_ms, b.first_ms) if first is not None]
    return Presence(
        first_ms=min(firsts, default=None),
        last_ms=later(a.last_ms, b.last_ms),
        days=tuple(sorted({*a.days, *b.days})[-DAYS_KEPT:]),
        hours=hours,
        device=later(a.device, b.device),
        locale=later(a.locale, b.locale),
        timezone=later(a.timezone, b.timezone),
        country=later(a.country, b.country),
        first_arrival=_earlier(a.first_arrival, b.first_arrival),
        last_arrival=later(a.last_arrival, b.last_arrival),
    )


def hour_of_week(at_ms: int) -> int:
    """Return 0 for the hour from Monday 00:00 UTC, up to 167 for the one from Sunday 23:00."""
    return (at_ms // HOUR_MS + _HOURS_BEFORE_1970) % HOURS_A_WEEK


def _with_day(days: tuple[int, ...], day: int) -> tuple[int, ...]:
    if not days or day > days[-1]:
        return (*days, day)[-DAYS_KEPT:]
    if day == days[-1] or day in days:
        return days
    return tuple(sorted((*days, day))[-DAYS_KEPT:])


def _arrival(at_ms: int, context: Context) -> Arrival | None:
    # A referrer alone is often the shop's own page before this one.
    if not (context.channel or context.campaign):
        return None
    return Arrival(at_ms, context.channel or "", context.campaign or "", context.referrer or "")


def _earlier(a: Arrival | None, b: Arrival | None) -> Arrival | None:
    if a is None:
        return b
    return a if b is None or a < b else b
