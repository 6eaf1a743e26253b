"""Actions as an answer carries them: what is taken, and what was looked at beside it."""

from __future__ import annotations

from typing import Any

import msgspec

from tailorbird.decide.actions.action import NOTHING, Action, Channel
from tailorbird.decide.actions.picking import Picked
from tailorbird.decide.actions.valuing import Prospect, words
from tailorbird.decide.wire import ConsideredAction, ShownAction, SlotDecision
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import format_time

IDLE = "Nothing needs to be done now"
LEARNING = "Done to learn how well it works"
_BY = {
    Channel.EMAIL: "An e-mail for you",
    Channel.PUSH: "A push message for you",
    Channel.SMS: "A text message for you",
}


def nothing(picked: Picked, exposure_id: str, why: str) -> ShownAction:
    """Return doing nothing, as it is told."""
    return ShownAction(
        id=NOTHING,
        kind=NOTHING,
        exposure_id=exposure_id,
        reason=IDLE,
        action_probability=picked.probability,
        explore=not picked.best,
        gain=0.0,
        why=why,
    )


def message(
    action: Action, prospect: Prospect, picked: Picked, exposure_id: str, now_ms: int
) -> ShownAction:
    """Return a message, as it is told: what to send, by which way, and when."""
    channel = action.channel
    if channel is None:
        raise TypeError(action.name)
    send_at = format_time(now_ms + length_ms(action.delay))
    made = _told(action, prospect, picked, exposure_id, _BY[channel])
    return msgspec.structs.replace(
        made, channel=channel.value, template=action.template or msgspec.UNSET, send_at=send_at
    )


def shown(
    action: Action, prospect: Prospect, picked: Picked, exposure_id: str, filled: SlotDecision
) -> ShownAction:
    """Return what is shown in a placement, as it is told."""
    made = _told(action, prospect, picked, exposure_id, _reason(filled))
    return msgspec.structs.replace(
        made,
        placement=action.placement or msgspec.UNSET,
        items=filled.items,
        content=filled.content,
        offer=filled.offer,
    )


def considered(
    name: str, why: str, prospect: Prospect | None, currency: str | None, chance: float
) -> ConsideredAction:
    """Return an action that was looked at, and what is thought of it."""
    if prospect is None:
        return ConsideredAction(name, why, action_probability=chance)
    return ConsideredAction(
        id=name,
        why=why,
        gain=round(prospect.gain, 4),
        expected_value=round(prospect.expected, 4),
        currency=currency,
        action_probability=chance,
    )


def discreet(one: ShownAction) -> ShownAction:
    """Return an action as a browser is told of it: margins and models are the shop's business."""
    return msgspec.structs.replace(
        one,
        gain=msgspec.UNSET,
        expected_value=msgspec.UNSET,
        currency=msgspec.UNSET,
        why=msgspec.UNSET,
        features=msgspec.UNSET,
    )


def _told(
    action: Action, prospect: Prospect, picked: Picked, exposure_id: str, reason: str
) -> ShownAction:
    return ShownAction(
        id=action.name,
        kind=action.kind.value,
        exposure_id=exposure_id,
        reason=reason if picked.best else LEARNING,
        action_probability=picked.probability,
        explore=not picked.best,
        data=action.data or msgspec.UNSET,
        gain=round(prospect.gain, 4),
        expected_value=round(prospect.expected, 4),
        currency=action.currency,
        why=words(prospect, action.currency),
        features=_features(prospect),
    )


def _features(prospect: Prospect) -> dict[str, Any]:
    chance, at = prospect.chance, prospect.stake
    return {
        "probabilityWithout": round(chance.without, 6),
        "probabilityWithoutBy": chance.without_by,
        "uplift": round(chance.uplift, 6),
        "upliftGround": chance.ground.value,
        "upliftBy": chance.told_by,
        "value": at.value,
        "valueBy": at.value_by,
        "discount": at.discount,
        "cost": at.cost,
        "fatigue": at.fatigue,
    }


def _reason(filled: SlotDecision) -> str:
    for one in (filled.offer, filled.content):
        if one is not None and one is not msgspec.UNSET:
            return one.reason
    if filled.items is not msgspec.UNSET and filled.items:
        return filled.items[0].reason
    return IDLE
