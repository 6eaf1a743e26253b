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
from tailorbird.decide.offers.desk import REFUSED, OfferDesk, Shopper
from tailorbird.decide.offers.showing import Found
from tailorbird.decide.placements import Placement, PlacementKind
from tailorbird.decide.wire import ShownArm, Slot, SlotDecision
from tailorbird.spine.ids import Subject

AWAITED = frozenset({PlacementKind.OFFER, PlacementKind.PAYMENT_METHODS, PlacementKind.ACTION})
"""Placements whose answers must wait for something."""

Parts = Sequence[tuple[Placement, Slot, SlotDecision]]


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
        answered, noted = [], []
        shopper = Shopper(
            subject=subject,
            person=asked.person,
            profile=asked.moment.profile,
            context=asked.request.context,
            now_ms=asked.moment.now_ms,
            left_ms=left_ms,
            rehearsed=asked.request.dry_run,
            standing=asked.standing,
        )
        for place, (placement, slot, decision) in enumerate(parts):
            told = kept = decision
            if placement.kind is PlacementKind.OFFER:
                found = Found(notice=REFUSED)
                if not asked.moment.generic:
                    exposure_id = f"{decision_id}-{place}-1"
                    learner = self._learner(placement, asked)
                    found = await self._offers.found(placement.name, shopper, exposure_id, learner)
                kept = _with_offer(decision, found)
                told = kept if asked.explain else _discreet(kept)
            elif placement.kind is PlacementKind.PAYMENT_METHODS:
                kept = self._checkout.ordered(decision, slot, asked, f"{decision_id}-{place}")
                told = await self._checkout.filled(kept, asked, subject)
            elif placement.kind is PlacementKind.ACTION and self._adviser is not None:
                part, stem = (placement, slot, decision), f"{decision_id}-{place}"
                told, kept = await self._adviser.advised(part, asked, shopper, stem, fill)
            answered.append(told)
            noted.append(kept)
        return Completed(tuple(answered), tuple(noted))

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
