"""How somebody answers our messages, by channel, and at which hours of the week."""

from collections.abc import Mapping

import msgspec

from tailorbird.profile.presence import hour_of_week
from tailorbird.spine.events import Event

CHANNELS = frozenset({"email", "push", "sms", "whatsapp", "in_app", "on_site", "webhook"})
UNKNOWN_CHANNEL = "other"

_OPENED, _CLICKED = "opened", "clicked"
_ENGAGING = frozenset({_OPENED, _CLICKED})
_OUTCOMES = {
    "Sent": "sent",
    "Delivered": "delivered",
    "Received": "delivered",
    "Opened": _OPENED,
    "Clicked": _CLICKED,
    "Link Clicked": _CLICKED,
    "Tapped": _CLICKED,
    "Bounced": "bounced",
    "Complained": "complained",
    "Marked as Spam": "complained",
    "Unsubscribed": "unsubscribed",
}
_PREFIXES = {
    "Message": "",
    "Email": "email",
    "Push Notification": "push",
    "SMS": "sms",
    "WhatsApp": "whatsapp",
    "In-App Message": "in_app",
}
# Every name that Segment's message specs and our own events make: (channel if it says, outcome).
_MEANINGS = {
    f"{prefix} {suffix}": (channel, outcome)
    for prefix, channel in _PREFIXES.items()
    for suffix, outcome in _OUTCOMES.items()
} | {"Unsubscribed": ("", "unsubscribed")}


class Reach(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What came of the messages of one channel.

    `outcomes` counts sent, delivered, opened, clicked, bounced, complained, unsubscribed. `hours`
    counts opening and clicking by hour of the week (0 is Monday 00:00 UTC).
    """

    outcomes: Mapping[str, int] = {}
    hours: Mapping[int, int] = {}
    last_engaged_ms: int = 0


Reaches = Mapping[str, Reach]
"""By channel: one of `CHANNELS`, or `other`."""

_NOTHING = Reach()


def hear(reaches: Reaches, event: Event) -> Reaches:
    """Return the reaches after a message event; other events change nothing."""
    meaning = _MEANINGS.get(event.name)
    if meaning is None:
        return reaches
    named, outcome = meaning
    channel = named or event.properties.get("channel")
    if not isinstance(channel, str) or channel not in CHANNELS:
        channel = UNKNOWN_CHANNEL
    engaged = outcome in _ENGAGING
    news = Reach(
        {outcome: 1},
        {hour_of_week(event.occurred_at_ms): 1} if engaged else {},
        event.occurred_at_ms if engaged else 0,
    )
    return {**reaches, channel: _join(reaches.get(channel, _NOTHING), news)}


def join_reaches(a: Reaches, b: Reaches) -> Reaches:
    """Return the reaches of both histories together."""
    joined = dict(a)
    for channel, reach in b.items():
        joined[channel] = _join(joined.get(channel, _NOTHING), reach)
    return joined


def _join(a: Reach, b: Reach) -> Reach:
    outcomes = dict(a.outcomes)
    for outcome, times in b.outcomes.items():
        outcomes[outcome] = outcomes.get(outcome, 0) + times
    hours = dict(a.hours)
    for hour, times in b.hours.items():
        hours[hour] = hours.get(hour, 0) + times
    return Reach(outcomes, hours, max(a.last_engaged_ms, b.last_engaged_ms))
