"""Reaching somebody: whether a message may be sent at all, and how weary they are of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tailorbird.decide.actions.action import Action, Channel
from tailorbird.decide.actions.lately import Done
from tailorbird.profile.orders import placed
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import DAY_MS

WEARY_MS = 7 * DAY_MS
"""How far back messages count as fatigue."""

_ADDRESS = {Channel.EMAIL: "email", Channel.SMS: "phone", Channel.PUSH: "push"}
_ENDED = (
    ("unsubscribed", "they unsubscribed from {}"),
    ("complained", "they complained about {}"),
    ("bounced", "{} to them came back"),
)
_CALLED = {Channel.EMAIL: "e-mail", Channel.PUSH: "push messages", Channel.SMS: "text messages"}


def suppressed(action: Action, profile: Profile | None, now_ms: int) -> str | None:
    """Return why somebody is sent nothing by this action's channel; None if they may be."""
    channel = action.channel
    if channel is None:
        return None
    known = EMPTY if profile is None else profile
    reach = known.reach.get(channel.value)
    if reach is not None:
        for outcome, why in _ENDED:
            if reach.outcomes.get(outcome):
                return why.format(_CALLED[channel])
    if any(state.text == "open" for state in known.tickets.values()):
        return "they have an open support ticket"
    last = max((one.sale.at_ms for one in placed(known.orders)), default=None)
    if last is not None and now_ms - last < length_ms(action.rest_after_order):
        return f"they ordered less than {action.rest_after_order} ago"
    return None


def unaddressed(channel: Channel, contacts: Mapping[str, str]) -> str | None:
    """Return why somebody cannot be reached: no address of theirs is known. None if one is.

    What a browser subscribed to push with is not in the vault but with whoever sends; that it is
    not known here says nothing.
    """
    if channel is Channel.PUSH or _ADDRESS[channel] in contacts:
        return None
    return f"no {_ADDRESS[channel]} address of theirs is known"


def capped(action: Action, before: Sequence[Done], now_ms: int) -> str | None:
    """Return why an action was taken often enough for somebody; None if it may be again."""
    cap = action.cap
    if cap is None:
        return None
    since_ms = now_ms - length_ms(cap.within)
    times = sum(one.name == action.name and one.at_ms >= since_ms for one in before)
    if times < cap.times:
        return None
    return f"it was chosen for them {times} times within {cap.within}"


def weariness(before: Sequence[Done], now_ms: int) -> int:
    """Return how many messages were chosen for somebody in the last seven days."""
    return sum(one.sent and one.at_ms >= now_ms - WEARY_MS for one in before)
