"""One page, one deal: placements that exclude each other are decided together, by priority.

Of the placements of a page that name the same `exclusive` group at most one carries a discount:
the one with the highest `priority` that has one to give, of equals the one asked for first. The
others are decided as if they had none: content without creatives that are discounts, offers with
nothing held.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from tailorbird.decide.awaited import AWAITED, Completed, Part
from tailorbird.decide.filling import Asked
from tailorbird.decide.offers.offer import OfferKind
from tailorbird.decide.placements import Placement, PlacementKind
from tailorbird.decide.trials import Chosen
from tailorbird.decide.wire import Slot, SlotDecision

Fill = Callable[[Placement, Slot, Asked, str], SlotDecision]
Completing = Awaitable[tuple[SlotDecision, SlotDecision]]
Complete = Callable[[Part, str, bool], Completing]
"""Completes one placement, under a stem, with its deal withheld or not."""


async def decided_together(
    chosen: Chosen, asked: Asked, decision_id: str, fill: Fill, complete: Complete
) -> Completed:
    """Return the decisions of a page, in the order asked for.

    Args:
        chosen: placements with what the request says of each.
        asked: who asks, and from where.
        decision_id: what exposure ids begin with.
        fill: answers a placement at once.
        complete: adds what must be waited for.
    """
    taken: set[str] = set()
    made: dict[int, tuple[SlotDecision, SlotDecision]] = {}
    for at in sorted(range(len(chosen)), key=lambda at: (-chosen[at][0].priority, at)):
        placement, slot = chosen[at]
        group, stem = placement.exclusive, f"{decision_id}-{at}"
        withheld = group in taken
        decision = fill(without_deals(placement) if withheld else placement, slot, asked, stem)
        told = kept = decision
        if placement.kind in AWAITED:
            told, kept = await complete((placement, slot, decision), stem, withheld)
        if group is not None and carries_deal(placement, kept):
            taken.add(group)
        made[at] = told, kept
    in_order = [made[at] for at in range(len(chosen))]
    return Completed(tuple(told for told, _ in in_order), tuple(kept for _, kept in in_order))


def without_deals(placement: Placement) -> Placement:
    """Return a placement of content without the creatives that are discounts."""
    plain = tuple(one for one in placement.creatives if not one.discount)
    return msgspec.structs.replace(placement, creatives=plain)


def carries_deal(placement: Placement, decision: SlotDecision) -> bool:
    """Return whether a decision shows a discount."""
    offer, content = decision.offer, decision.content
    if offer is not None and offer is not msgspec.UNSET:
        return offer.kind != OfferKind.CONTENT
    if content is not None and content is not msgspec.UNSET:
        return any(one.discount for one in placement.creatives if one.id == content.id)
    if placement.kind is PlacementKind.ACTION and decision.actions is not msgspec.UNSET:
        given = (one.offer for one in decision.actions)
        return any(one is not None and one is not msgspec.UNSET for one in given)
    return False
