"""Weighing: what each action is worth for one person now, or why it is out of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import msgspec
import numpy as np

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied
from tailorbird.decide.actions.action import Action, ActionKind
from tailorbird.decide.actions.effects import ArmsOf, chance, without
from tailorbird.decide.actions.lately import Done, Past
from tailorbird.decide.actions.reaching import capped, suppressed, unaddressed, weariness
from tailorbird.decide.actions.staking import UNKNOWN, stake
from tailorbird.decide.actions.valuing import Prospect
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.checkout.ports import Contacts
from tailorbird.decide.offers.basket import Asking, Basket, Find
from tailorbird.decide.offers.choosing import Said, Untold, discount_minor
from tailorbird.decide.offers.desk import OfferDesk
from tailorbird.decide.offers.offer import Offer, OfferKind
from tailorbird.decide.offers.shopper import Shopper
from tailorbird.decide.portrait import Portrait
from tailorbird.predict.customer_value.value_model import Forecast
from tailorbird.profile.profile import Profile
from tailorbird.rules.asking import holds_at
from tailorbird.rules.condition import Condition
from tailorbird.rules.ports import Beliefs

Foretell = Callable[[Profile, int], Forecast | None]
"""Returns what is to be expected of a customer."""


class Trials(Protocol):
    """What the models of randomized trials say."""

    def said(self, offer: Offer, whom: Portrait) -> Said:
        """Return what the trial of an offer says of somebody."""
        ...

    def said_by(self, treatment: str, whom: Portrait, offer: Offer | None = None) -> Said:
        """Return what a trial says of somebody; for an offer only if it reads nothing barred."""
        ...


class Advice(msgspec.Struct, frozen=True):
    """What an adviser needs beyond what the shop's counters have.

    Attributes:
        gate: asked about consent to a channel.
        past: what was decided for a person before, newest first.
        foretell: what is to be expected of a customer.
        arms: what bandits have learned.
        bandits: choose among offers, where a placement has one.
        rng: luck of the draws.
    """

    gate: Gate
    past: Past
    foretell: Foretell
    arms: ArmsOf
    bandits: BanditSlots
    rng: np.random.Generator


class Circle(msgspec.Struct, frozen=True):
    """Whom an adviser asks.

    Attributes:
        advice: about consent, the past, what to expect, and what bandits have learned.
        contacts: whether an address is known.
        beliefs: what models say of somebody.
        trials: models of what treatments change.
        find: the catalog.
    """

    advice: Advice
    contacts: Contacts
    beliefs: Beliefs
    trials: Trials
    find: Find


class ReadyAction(msgspec.Struct, frozen=True):
    """An action ready to be asked about; `when` is None for everybody."""

    action: Action
    when: Condition | None


class Occasion(msgspec.Struct, frozen=True):
    """Somebody, now.

    Attributes:
        shopper: who, and from where.
        signals: what the request says of consent.
        before: what was done for them lately.
    """

    shopper: Shopper
    signals: Choices
    before: Sequence[Done]

    @property
    def messages(self) -> int:
        """How many messages were chosen for them lately."""
        return weariness(self.before, self.shopper.now_ms)


class Scales:
    """Weighs the actions of one workspace.

    Args:
        circle: whom it asks.
        desk: tells which offer would be given.
        offers: those in force, by name.
    """

    def __init__(self, circle: Circle, desk: OfferDesk, offers: Mapping[str, Offer]) -> None:
        self._circle = circle
        self._desk = desk
        self._offers = offers

    async def weighed(self, ready: ReadyAction, occasion: Occasion) -> Prospect | str:
        """Return what an action is worth for somebody now; else why it is out, in words."""
        action, shopper = ready.action, occasion.shopper
        if not action.enabled:
            return "it is switched off"
        if ready.when is not None and not holds_at(ready.when, self._asking(shopper)):
            return "its condition does not hold"
        why = capped(action, occasion.before, shopper.now_ms) or await self._closed(
            action, occasion
        )
        if why is not None:
            return why
        if action.kind is ActionKind.OFFER:
            return await self._of_offer(action, occasion)
        said: Said | None = None
        if action.effect.uplift is not None:
            said = self._circle.trials.said_by(action.effect.uplift, shopper.portrait)
        basket = shopper.basket(self._circle.find, action.value.margin)
        return self._prospect(action, occasion, basket, said, 0)

    async def _closed(self, action: Action, occasion: Occasion) -> str | None:
        """Return why a message may not be sent to somebody; None if it may."""
        channel, shopper = action.channel, occasion.shopper
        if channel is None:
            return None
        asked = await self._circle.advice.gate.ask(
            shopper.subject, channel.purpose, occasion.signals
        )
        if isinstance(asked, Denied):
            return f"consent to {channel.value}: {asked.reason}"
        why = suppressed(action, shopper.profile, shopper.now_ms)
        if why is not None:
            return why
        return unaddressed(channel, await self._circle.contacts.get(shopper.subject.identifiers()))

    async def _of_offer(self, action: Action, occasion: Occasion) -> Prospect | str:
        shopper = msgspec.structs.replace(occasion.shopper, rehearsed=True)
        found = await self._desk.found(action.placement or "", shopper, "")
        given = found.offer
        offer = None if given is None else self._offers.get(given.id)
        if given is None or offer is None or given.kind == OfferKind.CONTENT:
            return f"no discount would be given: {found.notice or 'there is no offer'}"
        if offer.currency != action.currency:
            return f"the offer is in {offer.currency}, the action in {action.currency}"
        basket = shopper.basket(self._circle.find, offer.assumed_margin)
        said = (
            self._circle.trials.said(offer, shopper.portrait)
            if action.effect.uplift is None
            else self._circle.trials.said_by(action.effect.uplift, shopper.portrait, offer)
        )
        off = discount_minor(offer, given.value or 0.0, basket.value_minor)
        return self._prospect(action, occasion, basket, said, off)

    def _prospect(
        self, action: Action, occasion: Occasion, basket: Basket, said: Said | None, off_minor: int
    ) -> Prospect | str:
        shopper, circle = occasion.shopper, self._circle
        known = shopper.profile, lambda: self._foretold(shopper)
        messages = 0 if action.kind.shown else occasion.messages
        at_stake = stake(action, basket, known, off_minor, messages)
        if at_stake is None:
            return UNKNOWN
        beliefs = shopper.portrait.believed(circle.beliefs)
        anyhow = partial(without, action, known, beliefs, shopper.now_ms)
        found = chance(action, anyhow, said, circle.advice.arms)
        return found.reason if isinstance(found, Untold) else Prospect(found, at_stake)

    def _asking(self, shopper: Shopper) -> Asking:
        return shopper.asking(self._circle.find, self._circle.beliefs)

    def _foretold(self, shopper: Shopper) -> Forecast | None:
        """Return what is to be expected of somebody; worked out once an answer, if asked for."""
        profile, foretell = shopper.profile, self._circle.advice.foretell
        if profile is None:
            return None
        return shopper.portrait.once("forecast", lambda: foretell(profile, shopper.now_ms))
