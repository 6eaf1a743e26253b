"""How a bandit chooses: its policy, what counts as a reward, and what it must not do."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tailorbird.spine.clock import DAY_MS

CLICKED = "Recommendation Clicked"
WIDTH = 8
"""How many numbers describe a context to the linear policies, the constant included."""


class Policy(StrEnum):
    """How arms are weighed.

    `thompson` shows an arm as often as it is likely to be the best (Thompson, 1933);
    `epsilon_greedy` shows the best so far, and now and then any; `linear_thompson` is Thompson
    sampling with a linear model of the context an arm (Agrawal & Goyal, 2013); `linucb` shows the
    arm that could be best (Li, Chu, Langford & Schapire, 2010).
    """

    EPSILON_GREEDY = "epsilon_greedy"
    THOMPSON = "thompson"
    LINEAR_THOMPSON = "linear_thompson"
    LINUCB = "linucb"

    @property
    def contextual(self) -> bool:
        """Whether the context matters."""
        return self in {Policy.LINEAR_THOMPSON, Policy.LINUCB}


class Measure(StrEnum):
    """What a reward is: a share of a success in [0, 1], or an amount without bounds."""

    SHARE = "share"
    AMOUNT = "amount"


class Money(StrEnum):
    """What of an order counts as its amount."""

    REVENUE = "revenue"
    MARGIN = "margin"


class Guardrails(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a bandit must not do, however well it pays.

    Attributes:
        explore_share: at least this share of choices is spread evenly over all arms, so that no
            arm is given up for ever and the log can judge other policies.
        minimum_stock: an arm that promotes an item with less in stock is not shown; one out of
            stock never is.
        maximum_discount_share: at most this share of choices may carry a discount.
    """

    explore_share: float = 0.05
    minimum_stock: int = 0
    maximum_discount_share: float = 1.0


class Bandit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A bandit's settings.

    Attributes:
        policy: how it chooses.
        rewards: how much each event counts, by its name; several make a long-term proxy, such as
            0.1 for a click and 1 for an order. In `amount` an order counts its revenue so often
            (and a refund its own: give it -1).
        measure: what the rewards add up to. A share is kept within [0, 1], each event counts once.
        money: of an order, its revenue, or what of it is left after what its goods cost the shop:
            by revenue the deepest discount looks best.
        window_days: how long after an exposure its rewards count.
        delay_hours: how long a reward takes on average, if long: exposures count by how much of
            their reward may have come (Vernade, Cappé & Perchet, 2017).
        epsilon: of `epsilon_greedy`, the share of choices that are even.
        caution: of the Thompson policies, how wide doubts are taken: 1 is Thompson's own, less
            commits sooner.
        width: of `linucb`, how many deviations an arm may be better than it looks.
        guardrails: what it must not do.
    """

    policy: Policy = Policy.THOMPSON
    rewards: dict[str, float] = msgspec.field(default_factory=lambda: {CLICKED: 1.0})
    measure: Measure = Measure.SHARE
    money: Money = Money.REVENUE
    window_days: float = 7.0
    delay_hours: float = 0.0
    epsilon: float = 0.1
    caution: float = 0.7
    width: float = 1.5
    guardrails: Guardrails = Guardrails()

    def __post_init__(self) -> None:
        """Refuse what cannot be: msgspec turns it into an error that names the place."""
        wrong = [told for told, fits in self._bounds() if not fits]
        if wrong:
            raise ValueError(wrong[0])

    def _bounds(self) -> tuple[tuple[str, bool], ...]:
        rails = self.guardrails
        return (
            ("epsilon must be from 0 to 1", 0.0 <= self.epsilon <= 1.0),
            ("exploreShare must be from 0 to 1", 0.0 <= rails.explore_share <= 1.0),
            (
                "maximumDiscountShare must be from 0 to 1",
                0.0 <= rails.maximum_discount_share <= 1.0,
            ),
            ("caution must be above 0", self.caution > 0.0),
            ("windowDays must be above 0", self.window_days > 0.0),
            ("delayHours must not be negative", self.delay_hours >= 0.0),
            ("rewards must name an event", bool(self.rewards)),
        )

    @property
    def window_ms(self) -> int:
        """How long after an exposure its rewards count, in milliseconds."""
        return int(self.window_days * DAY_MS)

    def worth(self, name: str, amount_minor: int | None = None) -> float | None:
        """Return how much an event counts, None if not at all.

        Args:
            name: of the event.
            amount_minor: of an order or a refund, in minor units.
        """
        weight = self.rewards.get(name)
        if weight is None or self.measure is Measure.SHARE or amount_minor is None:
            return weight
        return weight * amount_minor / 100.0


class Arm(msgspec.Struct, frozen=True):
    """One of the things that could be shown.

    Attributes:
        id: its name.
        stock: of the item that it promotes; None if it promotes none.
        discount: whether it carries one.
    """

    id: str
    stock: int | None = None
    discount: bool = False
