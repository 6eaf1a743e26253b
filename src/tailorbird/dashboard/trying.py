"""Trying a decision: asks what would be shown, explained, without recording anything."""

import msgspec

from tailorbird.api.people import UnknownPerson, find_person, subject_of
from tailorbird.compose import Workspace
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.dashboard.cards import PickCard, Shelf
from tailorbird.decide.placements import PlacementKind
from tailorbird.decide.wire import DecideAnswer, DecideRequest, RequestContext, Slot
from tailorbird.identity.graph import Node
from tailorbird.spine.ids import PersonId, Subject

MOST = 24
_DEADLINE_MS = 500.0
_WAYS_TO_PAY = ("card", "paypal", "klarna", "invoice")


class Trial(msgspec.Struct, frozen=True):
    """What is tried: for whom (as a page names them), in which placement, beside which item."""

    who: str = ""
    placement: str = "home_recs"
    item: str = ""
    limit: int = 8


class Refused(msgspec.Struct, frozen=True):
    """A candidate that was not shown, and why."""

    title: str
    id: str
    reason: str


class Outcome(msgspec.Struct, frozen=True):
    """What would be shown, and why; `person` is None for somebody nobody knows."""

    trial: Trial
    person: PersonId | None
    kind: PlacementKind
    level: str
    policy: str
    model: str
    took_ms: float
    picks: tuple[PickCard, ...]
    rejected: tuple[Refused, ...]
    notice: str | None
    answer: str


async def try_out(shop: Workspace, trial: Trial, node: Node | None = None) -> Outcome:
    """Return what a decision would be; nothing of it is recorded.

    Args:
        shop: where.
        trial: what is asked.
        node: the person, if the caller has found them already.

    Raises:
        UnknownPlacement: there is no such placement.
    """
    kind = shop.decider.placements.get(trial.placement).kind
    person, subject = await _who(shop, trial.who, node)
    slot = Slot(
        name=trial.placement,
        limit=trial.limit,
        candidates=_WAYS_TO_PAY if kind is PlacementKind.PAYMENT_METHODS else (),
    )
    request = DecideRequest(
        placements=(slot,),
        context=RequestContext(item=trial.item or None),
        explain=True,
        dry_run=True,
    )
    answer = await shop.decider.decide(
        request, subject, NO_CHOICES, deadline_ms=_DEADLINE_MS, explain=True
    )
    return _outcome(shop, trial, person, kind, answer)


async def _who(shop: Workspace, who: str, node: Node | None) -> tuple[PersonId | None, Subject]:
    """Return the person and the subject that stands for them; a bare name is tried as both."""
    if node is not None:
        return PersonId(who), subject_of(node)
    for name in (who, f"user:{who}", f"anonymous:{who}") if who else ():
        try:
            person, found = await find_person(shop, name)
        except UnknownPerson:
            continue
        return person, subject_of(found)
    return None, Subject(anonymous_id=who.removeprefix("anonymous:") or None)


def _outcome(
    shop: Workspace,
    trial: Trial,
    person: PersonId | None,
    kind: PlacementKind,
    answer: DecideAnswer,
) -> Outcome:
    shelf, decision = Shelf(shop.catalog), answer.decisions[0]
    plain = msgspec.to_builtins(decision)
    of_items = kind is PlacementKind.ITEMS
    items = plain.get("items", [])[: trial.limit]
    rejected = tuple(
        Refused(shelf.item(one["id"]).title, one["id"], one["reason"])
        for one in plain.get("rejected", [])
    )
    return Outcome(
        trial=trial,
        person=person,
        kind=kind,
        level=decision.level,
        policy=decision.policy,
        model=decision.model,
        took_ms=answer.took_ms,
        picks=shelf.picks(items, as_items=of_items),
        rejected=rejected,
        notice=plain.get("notice"),
        answer=msgspec.json.format(msgspec.json.encode(answer)).decode(),
    )
