"""Paying: which method a shopper takes at the checkout, and whether it goes through."""

from collections.abc import Mapping

import msgspec

from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shoppers import PAYMENTS, Device, Shopper, payment_weights

_HABIT = 0.85  # of the payments are by the method that somebody always takes
_FAILS: Mapping[str, float] = {
    "card": 0.06,
    "paypal": 0.02,
    "klarna": 0.07,
    "sepa": 0.03,
    "apple_pay": 0.02,
}
_DEAR_MINOR = 30_000
_KLARNA_DECLINES_DEAR = 0.22
_TRIES_AGAIN = 0.7
_REASONS: Mapping[str, tuple[str, ...]] = {
    "card": ("declined", "authentication_failed", "expired"),
    "paypal": ("declined",),
    "klarna": ("declined",),
    "sepa": ("invalid_account",),
    "apple_pay": ("declined",),
}
_APART = 0x9E3779B97F4A7C15  # payments have a luck of their own, so that nothing else moves


class Attempt(msgspec.Struct, frozen=True):
    """One try to pay; `failure` says why it did not go through, None if it did."""

    method: str
    failure: str | None = None


def luck_of_payments(seed: int) -> Luck:
    """Return the luck of a visit's payments, which does not move that of the rest of the visit."""
    return Luck.from_seed(seed ^ _APART)


def attempts(shopper: Shopper, device: Device, total_minor: int, luck: Luck) -> tuple[Attempt, ...]:
    """Return what a shopper tries, in order; the order comes about if the last one goes through.

    Most take what they always take, if it works on the device; now and then a payment fails, and
    most then try another way.
    """
    first = _chosen(shopper, device, luck)
    tried = (_tried(first, total_minor, luck),)
    if tried[0].failure is None or not luck.happens(_TRIES_AGAIN):
        return tried
    left = [method for method in _possible(device) if method != first]
    weights = payment_weights(shopper.place)
    second = left[luck.weighted([weights[PAYMENTS.index(method)] for method in left])]
    return (*tried, _tried(second, total_minor, luck))


def _chosen(shopper: Shopper, device: Device, luck: Luck) -> str:
    possible = _possible(device)
    if shopper.payment in possible and luck.happens(_HABIT):
        return shopper.payment
    weights = payment_weights(shopper.place)
    return possible[luck.weighted([weights[PAYMENTS.index(method)] for method in possible])]


def _tried(method: str, total_minor: int, luck: Luck) -> Attempt:
    dear = method == "klarna" and total_minor >= _DEAR_MINOR
    fails = _KLARNA_DECLINES_DEAR if dear else _FAILS[method]
    return Attempt(method, luck.pick(_REASONS[method]) if luck.happens(fails) else None)


def _possible(device: Device) -> tuple[str, ...]:
    """Return what works in a browser: Apple Pay only in Apple's own."""
    apples = "Safari/60" in device.user_agent and "Version/" in device.user_agent
    return PAYMENTS if apples else tuple(one for one in PAYMENTS if one != "apple_pay")
