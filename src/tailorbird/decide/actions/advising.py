"""The adviser: compares all that could be done for somebody now, and does what is worth most.

Every action is weighed by what it is expected to earn more than doing nothing, which always
competes. What is taken is drawn from chances that are written down, with all that was looked at,
so that another policy can be judged from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.consent.signals import from_context
from tailorbird.decide.accounts import for_account
from tailorbird.decide.actions.action import NOTHING, Action, ActionKind
from tailorbird.decide.actions.configuration import ACTIONS
from tailorbird.decide.actions.lately import Done, Lately
from tailorbird.decide.actions.picking import Competing, Picked, picked
from tailorbird.decide.actions.showing import (
    considered,
    discreet,
    message,
    nothing,
    shown,
)
from tailorbird.decide.actions.valuing import Prospect, words
from tailorbird.decide.actions.weighing import Circle, Occasion, ReadyAction, Scales
from tailorbird.decide.configuration import placements_in
from tailorbird.decide.filling import Asked
from tailorbird.decide.levels import Level
from tailorbird.decide.offers.configuration import OFFERS
from tailorbird.decide.offers.desk import REFUSED, OfferDesk
from tailorbird.decide.offers.shopper import Shopper
from tailorbird.decide.placements import Placement, Placements
from tailorbird.decide.wire import ConsideredAction, ShownAction, Slot, SlotDecision
from tailorbird.rules.condition import condition
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import PersonId

NO_ACTIONS = "no action is declared: `tailorbird apply` puts some in force"
BEST_IDLE = "nothing that could be done is expected to earn anything"

_CERTAIN = Picked(NOTHING, 1.0, best=True, chances={NOTHING: 1.0})

Fill = Callable[[Placement, Slot, Asked, str], SlotDecision]
"""Fills one placement at once."""


class UnknownAction(NotFound):
    """No action has this name."""

    remedy = "Ask for one of the actions named in `detail`, or declare yours in the configuration."


class Adviser:
    """Advises one workspace.

    Args:
        circle: whom it asks.
        desk: gives offers.
    """

    def __init__(self, circle: Circle, desk: OfferDesk) -> None:
        self._circle = circle
        self._desk = desk
        self._lately = Lately(circle.advice.past)
        self._actions: dict[str, ReadyAction] = {}
        self._placements = Placements()
        self._scales = Scales(circle, desk, {})

    def adopt(self, configuration: Configuration) -> None:
        """Put other actions in force."""
        self._actions = {
            one.name: ReadyAction(one, None if one.when.strip() == "true" else condition(one.when))
            for one in configuration.of(ACTIONS)
        }
        self._placements = placements_in(configuration)
        offers = {one.name: one for one in configuration.of(OFFERS)}
        self._scales = Scales(self._circle, self._desk, offers)

    def under(self, draft: Configuration, desk: OfferDesk) -> Adviser:
        """Return an adviser by the actions of a draft: for a look."""
        other = Adviser(self._circle, desk)
        other.adopt(draft)
        return other

    def names(self) -> Collection[str]:
        """Return the names of the actions that are declared."""
        return self._actions.keys()

    def treatments(self) -> frozenset[str]:
        """Return the trials whose models the actions ask about."""
        named = (one.action.effect.uplift for one in self._actions.values())
        return frozenset(one for one in named if one is not None)

    def forget(self, person: PersonId) -> None:
        """Forget what was done for a person lately."""
        self._lately.forget(person)

    async def advised(
        self,
        part: tuple[Placement, Slot, SlotDecision],
        asked: Asked,
        shopper: Shopper,
        stem: str,
        fill: Fill,
        withheld: bool = False,  # noqa: FBT001, FBT002
    ) -> tuple[SlotDecision, SlotDecision]:
        """Return what is done for somebody: as it is told, and as it is written down.

        Args:
            part: a placement of kind action, what the request says of it, and what could be
                answered at once.
            asked: who asks, and from where.
            shopper: the same, as offers are asked for.
            stem: what exposure ids begin with.
            fill: fills the placement of an action that shows something.
            withheld: whether no discount may be given here.
        """
        placement, slot, decision = part
        if asked.moment.generic:
            idle = discreet(nothing(_CERTAIN, f"{stem}-1-1", REFUSED))
            answered = msgspec.structs.replace(decision, actions=(idle,))
            return answered, answered
        ready = self._competing(placement, slot)
        if withheld:
            ready = [one for one in ready if one.action.kind is not ActionKind.OFFER]
        occasion = await self._occasion(asked, shopper, ready)
        found = {one.action.name: await self._scales.weighed(one, occasion) for one in ready}
        rivals = [
            Competing(one.action.name, what.gain, _places(one.action), one.action.priority)
            for one in ready
            if isinstance(what := found[one.action.name], Prospect)
        ]
        limit = slot.limit or placement.limit
        taken = picked(rivals, limit, placement.explore_share, self._circle.advice.rng)
        actions: list[ShownAction] = []
        more: dict[str, object] = {}
        for number, one in enumerate(taken, start=1):
            prospect = found.get(one.name)
            if isinstance(prospect, Prospect):
                told, lots = await self._taken(
                    (self._actions[one.name].action, prospect, one),
                    asked,
                    shopper,
                    f"{stem}-{number}",
                    fill,
                )
                actions.append(told)
                more |= lots
            else:
                why = BEST_IDLE if ready else NO_ACTIONS
                actions.append(nothing(one, f"{stem}-{number}-1", why))
        if shopper.person is not None and not shopper.rehearsed:
            self._lately.note(shopper.person, _done(actions, shopper.now_ms))
        level = Level.BESTSELLERS if shopper.profile is None else Level.PERSONAL
        noted = msgspec.structs.replace(
            decision,
            level=level.value,
            actions=tuple(actions),
            considered=self._considered(found, taken[0]),
            **more,
        )
        if asked.explain:
            return noted, noted
        told_to_all = tuple(discreet(one) for one in actions)
        return msgspec.structs.replace(
            noted, actions=told_to_all, considered=msgspec.UNSET, lots=msgspec.UNSET
        ), noted

    def _competing(self, placement: Placement, slot: Slot) -> list[ReadyAction]:
        """Return the actions that the placement, and the request, let compete."""
        asked_for = {str(one) for one in slot.candidates}
        return [
            one
            for name, one in self._actions.items()
            if (not placement.actions or name in placement.actions)
            and (not asked_for or name in asked_for)
        ]

    async def _occasion(
        self, asked: Asked, shopper: Shopper, ready: Sequence[ReadyAction]
    ) -> Occasion:
        before: Sequence[Done] = ()
        if shopper.person is not None and any(
            one.action.cap is not None or one.action.cost.fatigue for one in ready
        ):
            before = await self._lately.of(shopper.person)
        return Occasion(
            shopper=shopper,
            signals=from_context({"consent": asked.request.context.consent or {}}),
            before=before,
        )

    async def _taken(
        self,
        chosen: tuple[Action, Prospect, Picked],
        asked: Asked,
        shopper: Shopper,
        stem: str,
        fill: Fill,
    ) -> tuple[ShownAction, dict[str, object]]:
        """Return an action done, and what of it is to be written down beside."""
        action, prospect, one = chosen
        exposure_id = f"{stem}-1"
        if action.placement is None:
            return message(action, prospect, one, exposure_id, shopper.now_ms), {}
        placement = self._placements.get(action.placement)
        if shopper.standing is not None:
            placement = for_account(placement, shopper.standing, self._circle.find)
        if action.creative is not None:
            alone = tuple(made for made in placement.creatives if made.id == action.creative)
            placement = msgspec.structs.replace(placement, creatives=alone, bandit=None)
        filled = fill(placement, Slot(placement.name), asked, stem)
        if action.kind is not ActionKind.OFFER:
            return shown(action, prospect, one, exposure_id, filled), {}
        found = await self._desk.found(placement.name, shopper, exposure_id)
        filled = msgspec.structs.replace(filled, offer=found.offer)
        return (
            shown(action, prospect, one, exposure_id, filled),
            {"lots": found.lots} if found.lots else {},
        )

    def _considered(
        self, found: dict[str, Prospect | str], first: Picked
    ) -> tuple[ConsideredAction, ...]:
        """Return all that was looked at, what is worth most first."""
        made = [considered(NOTHING, "always competes", None, None, first.chances[NOTHING])]
        for name, what in found.items():
            action, chance = self._actions[name].action, first.chances.get(name, 0.0)
            if isinstance(what, Prospect):
                why = words(what, action.currency)
                made.append(considered(name, why, what, action.currency, chance))
            else:
                made.append(considered(name, what, None, None, chance))
        return tuple(sorted(made, key=lambda one: -_rank(one)))


def _done(actions: Sequence[ShownAction], now_ms: int) -> list[Done]:
    return [
        Done(one.exposure_id, now_ms, one.id, one.channel is not msgspec.UNSET) for one in actions
    ]


def _rank(one: ConsideredAction) -> float:
    if one.id == NOTHING:
        return 0.0
    return float("-inf") if one.gain is None else one.gain


def _places(action: Action) -> frozenset[str]:
    """Return what an action takes up: its place, and its exclusive group."""
    place = f"at:{action.placement}" if action.channel is None else f"by:{action.channel.value}"
    group = () if action.exclusive is None else (f"group:{action.exclusive}",)
    return frozenset((place, *group))
