"""What an answer must wait for: offers are held before they are told, the vault is asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tailorbird.decide.actions.advising import Adviser, Fill
from tailorbird.decide.bandits.choosing import Choice
from tailorbird.decide.bandits.policy import Arm
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.checkout.desk import CheckoutDesk
from tailorbird.decide.filling import Asked
from tailorbird.decide.levels import Level
from tailorbird.decide.offers.desk import REFUSED, OfferDesk
from tailorbird.decide.offers.shopper import Shopper
from tailorbird.decide.offers.showing import Found
from tailorbird.decide.placements import Placement, PlacementKind
from tailorbird.decide.portrait import Portrait
from tailorbird.decide.wire import ShownArm, Slot, SlotDecision
from tailorbird.spine.ids import Subject

AWAITED = frozenset({PlacementKind.OFFER, PlacementKind.PAYMENT_METHODS, PlacementKind.ACTION})
"""Placements whose answers must wait for something."""

Part = tuple[Placement, Slot, SlotDecision]
Parts = Sequence[Part]

ELSEWHERE = "another placement of this page carries the deal"


class Completed(msgspec.Struct, frozen=True, gc=False):
    """Decisions as they are answered, and as they are written down."""

    answered: tuple[SlotDecision, ...]
    noted: tuple[SlotDecision, ...]


class Waiter:
    """Completes the answers of one workspace.

    Args:
        offers: gives offers.
        checkout: orders payment methods, and fills in what is known.
        adviser: says what is best done.
        bandits: choose among offers, where a placement has one.
    """

    def __init__(
        self,
        offers: OfferDesk,
        checkout: CheckoutDesk,
        adviser: Adviser | None = None,
        bandits: BanditSlots | None = None,
    ) -> None:
        self._adviser = adviser
        self._bandits = bandits
        self._offers = offers
        self._checkout = checkout

    async def completed(
        self,
        parts: Parts,
        asked: Asked,
        subject: Subject,
        decision_id: str,
        left_ms: float,
        fill: Fill,
    ) -> Completed:
        """Return the decisions with what had to be waited for.

        Args:
            parts: placements and slots, each with what could be answered at once.
            asked: who asks, and from where.
            subject: by which identifiers.
            decision_id: what exposure ids begin with.
            left_ms: how long the answer may still take.
            fill: fills the placement of an action.
        """
        shopper = shopper_of(asked, subject, left_ms)
        made = [
            await self.one(part, asked, shopper, f"{decision_id}-{place}", fill)
            for place, part in enumerate(parts)
        ]
        return Completed(tuple(told for told, _ in made), tuple(kept for _, kept in made))

    async def one(
        self,
        part: Part,
        asked: Asked,
        shopper: Shopper,
        stem: str,
        fill: Fill,
        *,
        withheld: bool = False,
    ) -> tuple[SlotDecision, SlotDecision]:
        """Return one decision with what had to be waited for: as it is told, and written down.

        Args:
            part: a placement and its slot, with what could be answered at once.
            asked: who asks, and from where.
            shopper: the same, as offers are asked for.
            stem: what exposure ids begin with.
            fill: fills the placement of an action.
            withheld: whether no discount may be given here.
        """
        placement, slot, decision = part
        match placement.kind:
            case PlacementKind.OFFER:
                found = Found(notice=REFUSED if asked.moment.generic else ELSEWHERE)
                if not (asked.moment.generic or withheld):
                    learner = self._learner(placement, asked)
                    found = await self._offers.found(placement.name, shopper, f"{stem}-1", learner)
                kept = _with_offer(decision, found)
                return (kept if asked.explain else _discreet(kept)), kept
            case PlacementKind.PAYMENT_METHODS:
                kept = self._checkout.ordered(decision, slot, asked, stem)
                return await self._checkout.filled(kept, asked, shopper.subject), kept
            case PlacementKind.ACTION if self._adviser is not None:
                return await self._adviser.advised(part, asked, shopper, stem, fill, withheld)
            case _:
                return decision, decision

    def _learner(self, placement: Placement, asked: Asked) -> _Asked | None:
        if placement.bandit is None or self._bandits is None:
            return None
        return _Asked(self._bandits, placement, asked)


class _Asked(msgspec.Struct, frozen=True):
    """A placement's bandit, for one answer."""

    slots: BanditSlots
    placement: Placement
    asked: Asked

    def choose(self, arms: tuple[Arm, ...]) -> Choice | None:
        return self.slots.chosen(self.placement, self.asked.moment, arms)

    def given(self, choice: Choice, exposure_id: str) -> ShownArm:
        recorded = not self.asked.request.dry_run
        here = self.asked.moment
        return self.slots.shown(self.placement, here, choice, exposure_id, recorded=recorded)


def shopper_of(asked: Asked, subject: Subject, left_ms: float) -> Shopper:
    """Return who asks as offers are asked for, with how long the answer may still take."""
    return Shopper(
        subject=subject,
        person=asked.person,
        profile=asked.moment.profile,
        context=asked.request.context,
        now_ms=asked.moment.now_ms,
        left_ms=left_ms,
        portrait=Portrait(asked.moment.profile, asked.moment.now_ms),
        rehearsed=asked.request.dry_run,
        standing=asked.standing,
    )


def _with_offer(decision: SlotDecision, found: Found) -> SlotDecision:
    arm = found.arm
    policy = found.policy or decision.policy
    return msgspec.structs.replace(
        decision,
        level=Level.PERSONAL.value if found.personal and found.offer else decision.level,
        policy=policy,
        offer=found.offer,
        notice=found.notice or msgspec.UNSET,
        lots=found.lots or msgspec.UNSET,
        arm=found.learned or msgspec.UNSET,
        experiments=()
        if arm is None
        else ({"name": f"offer:{policy.partition('@')[0]}", "variant": arm},),
    )


def _discreet(decision: SlotDecision) -> SlotDecision:
    """Leave out why: what a margin or a decile says is no shopper's business, only the shop's."""
    return msgspec.structs.replace(
        decision, notice=msgspec.UNSET, lots=msgspec.UNSET, arm=msgspec.UNSET
    )
