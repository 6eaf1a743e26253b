"""An action, as a file says it: what could be done, what may come of it, what it costs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from tailorbird.consent.purposes import Purpose
from tailorbird.decide.offers.offer import Allowed, Cap

NOTHING = "nothing"
"""What always competes, without being declared: to leave somebody alone."""


class ActionKind(StrEnum):
    """What an action does."""

    ITEMS = "items"
    CONTENT = "content"
    SOCIAL_PROOF = "social_proof"
    OFFER = "offer"
    MESSAGE = "message"

    @property
    def shown(self) -> bool:
        """Whether it is shown in a placement; else it is sent."""
        return self is not ActionKind.MESSAGE


class Channel(StrEnum):
    """By which way a message goes."""

    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"

    @property
    def purpose(self) -> Purpose:
        """What somebody must not have refused."""
        return Purpose(self.value)


class Outcome(StrEnum):
    """What an action is for: an order now, or that a customer comes back within 90 days."""

    ORDER = "order"
    RETURN = "return"


class ByBandit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The effect as a bandit has learned it: how much better one of its arms is than another.

    Attributes:
        placement: the one with the bandit, whose rewards are shares.
        against: the arm that stands for doing nothing.
        arm: the one that is meant; the likeliest best if left out.
        counts: how much of an outcome one reward is: 1 where orders are rewarded, 0.02 where
            clicks are and every fiftieth buys.
    """

    placement: str
    against: str
    arm: str | None = None
    counts: float = 1.0


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an action adds to the chance of its outcome; the first that can tell, tells.

    Attributes:
        uplift: the randomized trial whose model is asked, by person. An offer asks its own.
        bandit: what a bandit has learned.
        declared: what is believed until one of them tells; 0.01 is one point. Marked as such.
        assumed: the chance of the outcome without the action, where no model tells it.
    """

    uplift: str | None = None
    bandit: ByBandit | None = None
    declared: float | None = None
    assumed: float = 0.02


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an outcome is worth, in major units of the action's currency.

    An order is worth the margin of the cart, else of the orders that they usually place; a return
    is worth the margin of a year's orders.

    Attributes:
        amount: what it is worth, whatever the cart says.
        typical: what it is worth where neither cart nor past orders tell.
        margin: margin where costs are not known, as a share of the price.
        customer: of an order, the share of the customer's margin of a year that it also secures.
    """

    amount: float | None = None
    typical: float | None = None
    margin: float = 0.3
    customer: float = 0.0


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an action costs beside a discount, in major units of its currency.

    Attributes:
        amount: each time.
        fatigue: more for each message that they were sent in the last seven days.
    """

    amount: float = 0.0
    fatigue: float = 0.0


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One action that could be taken.

    Attributes:
        name: unique among actions.
        kind: what it does.
        placement: where it is shown.
        creative: which content of the placement; the one that fits best if left out.
        channel: by which way a message goes.
        template: which message; told, not sent.
        delay: how long from now it is to be sent.
        data: told along with it.
        when: for whom it is; CEL over person, session, cart and context.
        outcome, effect, value, cost: what may come of it.
        currency: of value and cost.
        cap: how often one person may be given it within how long.
        rest_after_order: of a message, for how long after an order none is sent.
        exclusive: of the actions of such a group only one is taken at a time.
        priority: of two that are worth the same, the higher goes before.
        allows: barred attributes that an offer's condition may read, each with a reason.
        enabled: whether it is taken at all.
    """

    name: str
    kind: ActionKind
    placement: str | None = None
    creative: str | None = None
    channel: Channel | None = None
    template: str | None = None
    delay: str = "0m"
    data: dict[str, Any] = {}
    when: str = "true"
    outcome: Outcome = Outcome.ORDER
    effect: Effect = Effect()
    value: Value = Value()
    cost: Cost = Cost()
    currency: str = "EUR"
    cap: Cap | None = None
    rest_after_order: str = "3d"
    exclusive: str | None = None
    priority: int = 0
    allows: tuple[Allowed, ...] = ()
    enabled: bool = True
