"""The request and the answer of the next best action, as they go over the wire."""

from __future__ import annotations

import msgspec

from tailorbird.decide.wire import (
    NOWHERE,
    BadDecideRequest,
    ConsideredAction,
    DecideAnswer,
    DecideRequest,
    RequestContext,
    ShownAction,
    Slot,
    understood,
)

NEXT_ACTION = "next_action"
"""The placement in which all actions compete, unless the request names another."""


class NextActionRequest(msgspec.Struct, frozen=True, rename="camel"):
    """Who is there, where, and which actions may be taken; none named is all of them."""

    anonymous_id: str | int | None = None
    user_id: str | int | None = None
    user_token: str | None = None
    placement: str = NEXT_ACTION
    actions: tuple[str, ...] = ()
    limit: int | None = None
    context: RequestContext = NOWHERE
    deadline_ms: float | None = None
    explain: bool = False
    dry_run: bool = False


class NextActionAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What is best done.

    Attributes:
        decision_id: of the decision.
        action: what is worth most; `nothing` where leaving somebody alone is.
        actions: all that is done, where several may be.
        considered: with `explain`, all that was looked at.
        policy: the placement and its version.
        took_ms: how long it took.
    """

    decision_id: str
    action: ShownAction
    actions: tuple[ShownAction, ...]
    policy: str
    took_ms: float
    considered: tuple[ConsideredAction, ...] | msgspec.UnsetType = msgspec.UNSET


_decode = msgspec.json.Decoder(NextActionRequest).decode
MOST_ACTIONS = 20


def decode_next_action(body: bytes) -> NextActionRequest:
    """Return a request that is within bounds.

    Raises:
        BadDecideRequest: naming the field.
    """
    request = understood(_decode, body)
    if request.limit is not None and not 1 <= request.limit <= MOST_ACTIONS:
        raise BadDecideRequest(f"`limit` must be 1 to {MOST_ACTIONS}")
    return request


def as_decide(asked: NextActionRequest) -> DecideRequest:
    """Return the same question as a request for one placement."""
    return DecideRequest(
        placements=(Slot(asked.placement, asked.limit, asked.actions),),
        anonymous_id=asked.anonymous_id,
        user_id=asked.user_id,
        user_token=asked.user_token,
        context=asked.context,
        deadline_ms=asked.deadline_ms,
        explain=asked.explain,
        dry_run=asked.dry_run,
    )


def as_next_action(answer: DecideAnswer) -> NextActionAnswer:
    """Return the answer of that placement as the answer to the question.

    Raises:
        BadDecideRequest: the placement is of another kind.
    """
    slot = answer.decisions[0]
    if slot.actions is msgspec.UNSET:
        raise BadDecideRequest(f"{slot.placement!r} is no placement of kind `action`")
    return NextActionAnswer(
        decision_id=answer.decision_id,
        action=slot.actions[0],
        actions=slot.actions,
        policy=slot.policy,
        took_ms=answer.took_ms,
        considered=slot.considered,
    )
