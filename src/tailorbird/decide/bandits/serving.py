"""Placements with a bandit: creatives, policies or offers become arms, and one of them is shown."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.bandits.choosing import NO_CONTEXT, Choice
from tailorbird.decide.bandits.context import described
from tailorbird.decide.bandits.keeper import BanditKeeper
from tailorbird.decide.bandits.policy import Arm
from tailorbird.decide.bandits.state import Exposed
from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Creative, Placement
from tailorbird.decide.policies import varied
from tailorbird.decide.wire import ShownArm, ShownContent
from tailorbird.spine.ids import ItemId

Floats = NDArray[np.float64]
_LIKELY = 0.5
_MOST_MADE = 1_000
WORKS = "Works best so far"
LEARNING = "Shown to learn how well it works"


class BanditSlots:
    """Fills placements by the keeper's choices.

    Args:
        keeper: who chooses and learns.
    """

    def __init__(self, keeper: BanditKeeper) -> None:
        self._keeper = keeper
        # By identity, and each held, so that no other can take its place.
        self._made: dict[int, tuple[Placement, dict[str, Placement]]] = {}

    def policy(
        self, placement: Placement, here: Moment, exposure_id: str, *, recorded: bool
    ) -> tuple[Placement, ShownArm] | None:
        """Return the policy that a list follows, and how it was chosen; None where none is left.

        Args:
            placement: with a bandit over its policies.
            here: the moment, of somebody who may be personalized for.
            exposure_id: of the whole list; its items' begin with it.
            recorded: whether it counts as an exposure.
        """
        arms = tuple([Arm(one.id) for one in placement.policies])
        choice = self.chosen(placement, here, arms)
        if choice is None:
            return None
        arm = self.shown(placement, here, choice, exposure_id, recorded=recorded)
        return self._varied(placement, choice.arm), arm

    def chosen(self, placement: Placement, here: Moment, arms: tuple[Arm, ...]) -> Choice | None:
        """Return an arm for a placement with a bandit; None where its guardrails leave none."""
        bandit = placement.bandit
        if bandit is None or not arms:
            return None
        context = described(here) if bandit.policy.contextual else NO_CONTEXT
        return self._keeper.choose(placement.name, bandit, arms, context)

    def shown(
        self,
        placement: Placement,
        here: Moment,
        choice: Choice,
        exposure_id: str,
        *,
        recorded: bool,
    ) -> ShownArm:
        """Return a choice as it is written down, once it is noted."""
        contextual = placement.bandit is not None and placement.bandit.policy.contextual
        context = described(here) if contextual else NO_CONTEXT
        chance = choice.action_probability
        if recorded:
            held = context.tobytes() if contextual else b""
            self._keeper.shown(
                placement.name, Exposed(exposure_id, choice.arm, here.now_ms, chance, context=held)
            )
        features = tuple(context.tolist()) if contextual else msgspec.UNSET
        return ShownArm(choice.arm, exposure_id, chance, features)

    def _varied(self, placement: Placement, arm: str) -> Placement:
        """Return a placement under one of its policies, made once."""
        known = self._made.get(id(placement))
        if known is None:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            made = {one.id: varied(placement, one.changes) for one in placement.policies}
            known = self._made[id(placement)] = placement, made
        return known[1][arm]

    def content(
        self,
        placement: Placement,
        here: Moment,
        exposure_id: str,
        catalog: Catalog,
        *,
        recorded: bool,
    ) -> ShownContent | None:
        """Return what to show; None if the guardrails leave nothing.

        Args:
            placement: with a bandit.
            here: the moment, of somebody who may be personalized for.
            exposure_id: of what will be shown.
            catalog: tells the stock of promoted items.
            recorded: whether it counts as an exposure.
        """
        bandit = placement.bandit
        if bandit is None:
            return None
        contextual = bandit.policy.contextual
        context = described(here) if contextual else NO_CONTEXT
        arms = tuple(_arm(one, catalog) for one in placement.creatives)
        choice = self._keeper.choose(placement.name, bandit, arms, context)
        if choice is None:
            return None
        if recorded:
            held = context.tobytes() if contextual else b""
            shown = Exposed(
                exposure_id, choice.arm, here.now_ms, choice.action_probability, context=held
            )
            self._keeper.shown(placement.name, shown)
        return _shown(placement, choice, exposure_id, context if contextual else None)


def _shown(
    placement: Placement, choice: Choice, exposure_id: str, context: Floats | None
) -> ShownContent:
    creative = next(one for one in placement.creatives if one.id == choice.arm)
    return ShownContent(
        id=creative.id,
        exposure_id=exposure_id,
        reason=WORKS if choice.action_probability > _LIKELY else LEARNING,
        data=creative.data,
        action_probability=choice.action_probability,
        features=msgspec.UNSET if context is None else tuple(context.tolist()),
    )


def _arm(creative: Creative, catalog: Catalog) -> Arm:
    if creative.item is None:
        return Arm(creative.id, None, creative.discount)
    item = catalog.get(ItemId(creative.item))
    stock = 0 if item is None or not item.available else item.stock
    return Arm(creative.id, stock, creative.discount)
