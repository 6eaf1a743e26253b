"""Offers of a configuration, made ready to be given: conditions compiled, money in minor units."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.decide.offers.configuration import OFFERS
from tailorbird.decide.offers.fairness import allowed
from tailorbird.decide.offers.grants import Limits
from tailorbird.decide.offers.offer import Offer
from tailorbird.rules.condition import Condition, condition
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.money import to_minor


class ReadyOffer(msgspec.Struct, frozen=True):
    """One offer, ready.

    Attributes:
        offer: as it is configured.
        policy: its name with the version of the configuration that changed it last.
        when: its condition; None for everybody.
        limits: of its grants.
        good_ms: how long a code is good.
        since_ms, until_ms: when it is given.
        confessed: what is said of barred attributes that it may read; empty without any.
    """

    offer: Offer
    policy: str
    when: Condition | None
    limits: Limits
    good_ms: int
    since_ms: int
    until_ms: int
    confessed: str

    @property
    def name(self) -> str:
        """The offer's name."""
        return self.offer.name

    def is_on(self, now_ms: int) -> bool:
        """Return whether it is given at a time."""
        return self.since_ms <= now_ms < self.until_ms


ByPlacement = Mapping[str, tuple[ReadyOffer, ...]]

_ALWAYS = 2**62


def ready_offers(configuration: Configuration) -> ByPlacement:
    """Return the offers of a valid configuration by placement, those of high priority first."""
    found: dict[str, tuple[ReadyOffer, ...]] = {}
    known = sorted(configuration.of(OFFERS), key=lambda one: (-one.priority, one.name))
    for offer in known:
        if offer.enabled:
            version = configuration.changed_in(OFFERS.field, offer.name)
            made = ready(offer, f"{offer.name}@{version}")
            found[offer.placement] = (*found.get(offer.placement, ()), made)
    return found


def ready(offer: Offer, policy: str) -> ReadyOffer:
    """Return a valid offer, ready."""
    asked = None if offer.when.strip() == "true" else condition(offer.when)
    return ReadyOffer(
        offer=offer,
        policy=policy,
        when=asked,
        limits=Limits(
            total_minor=_minor(offer.budget.total, offer.currency),
            day_minor=_minor(offer.budget.per_day, offer.currency),
            times=offer.cap.times,
            within_ms=length_ms(offer.cap.within),
        ),
        good_ms=length_ms(offer.expires_after),
        since_ms=0 if offer.since is None else parse_time_ms(offer.since),
        until_ms=_ALWAYS if offer.until is None else parse_time_ms(offer.until),
        confessed=_confessed(offer),
    )


def _minor(amount: float | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)


def _confessed(offer: Offer) -> str:
    """Return what an offer may depend on although it is barred, with the reasons, as sentences."""
    return " ".join(
        f"It may depend on {name.rpartition('.')[2]}: {reason.strip().rstrip('.')}."
        for name, reason in sorted(allowed(offer).items())
    )
