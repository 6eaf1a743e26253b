"""Trying a decision: asks what would be shown, explained, without recording anything."""

import msgspec

from tailorbird.api.people import UnknownPerson, find_person, subject_of
from tailorbird.compose import Workspace
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.dashboard.cards import ItemCard, PickCard, Shelf
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
    """Candidates that were not shown, all for one reason."""

    reason: str
    items: tuple[ItemCard, ...]


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

    @property
    def top(self) -> float:
        """The highest score, which the bars are drawn against."""
        return max((pick.score or 0.0 for pick in self.picks), default=0.0) or 1.0


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
    return Outcome(
        trial=trial,
        person=person,
        kind=kind,
        level=decision.level,
        policy=decision.policy,
        model=decision.model,
        took_ms=answer.took_ms,
        picks=shelf.picks(items, as_items=of_items),
        rejected=_refused(shelf, plain.get("rejected", [])),
        notice=plain.get("notice"),
        answer=msgspec.json.format(msgspec.json.encode(answer)).decode(),
    )


def _refused(shelf: Shelf, rejected: list[dict[str, str]]) -> tuple[Refused, ...]:
    """Return who was not shown, by reason, the rarest reason first: it says most."""
    by_reason: dict[str, list[ItemCard]] = {}
    for one in rejected:
        by_reason.setdefault(one["reason"], []).append(shelf.item(one["id"]))
    ranked = sorted(by_reason.items(), key=lambda pair: len(pair[1]))
    return tuple(Refused(reason, tuple(items)) for reason, items in ranked)
