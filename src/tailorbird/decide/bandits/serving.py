"""Content placements with a bandit: creatives become arms, the chosen one becomes content."""

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
from tailorbird.decide.wire import ShownContent
from tailorbird.spine.ids import ItemId

Floats = NDArray[np.float64]
_LIKELY = 0.5
WORKS = "Works best so far"
LEARNING = "Shown to learn how well it works"


class BanditSlots:
    """Fills content placements by the keeper's choices.

    Args:
        keeper: who chooses and learns.
    """

    def __init__(self, keeper: BanditKeeper) -> None:
        self._keeper = keeper

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
