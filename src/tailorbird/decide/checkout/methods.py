"""Payment methods in the order of what this customer is likely to take and see come off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tailorbird.decide.checkout.attempts import Attempts, Cell, Place
from tailorbird.decide.checkout.method import Family, PaymentMethod
from tailorbird.decide.checkout.success import FEWEST, Success, pooled, success
from tailorbird.profile.orders import placed
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes, preferences
from tailorbird.spine.facets import price_band
from tailorbird.spine.ids import PersonId
from tailorbird.spine.money import to_minor

_LAST_COUNTS = 2.0  # the last used counts as two uses more
_PREFERRED_COUNTS = 4.0  # and a declared preference as four
_SHOP_COUNTS = 20.0  # the shop's own order counts as twenty attempts
_CROWD_COUNTS = 2.0  # and what others take as two uses of one's own
_APT = 1.5
_AT_HOME = 2.5
_UNFIT = 0.05
_FAILED = 0.01
_PREFERENCES = ("payment_method", "paymentMethod", "preferredPayment", "preferred_payment")


class Till(msgspec.Struct, frozen=True):
    """Where somebody is about to pay: who, from where, how much, in which currency."""

    person: PersonId | None
    profile: Profile | None
    now_ms: int
    value_minor: int = 0
    currency: str | None = None
    country: str | None = None
    device: str | None = None


class Ranked(msgspec.Struct, frozen=True):
    """One method in its place; `score` is the chance that it is taken and comes off, weighed."""

    method: str
    reason: str
    score: float
    success: Success
    personal: bool


def ordered(
    candidates: Sequence[str],
    till: Till,
    attempts: Attempts,
    known: Mapping[str, PaymentMethod],
) -> list[Ranked]:
    """Return the methods, the likeliest to be taken and to come off first.

    A method's score is the chance that this person takes it (their own uses, the last one and a
    declared preference counting more, among what others here take and the shop's order) times the
    chance that it comes off here. What suits the place or the cart is lifted; what does not take
    this cart, currency or country goes down; what has just failed goes last. Ties keep the shop's
    order.

    Args:
        candidates: what the shop offers here, in its order.
        till: who pays, how much, from where.
        attempts: what is known of methods.
        known: what is configured of them, by name.
    """
    used = _used(till.profile)
    crowd = _crowd(candidates, attempts.cells)
    everything = pooled(attempts.cells)
    failed = attempts.just_failed(till.person, till.now_ms)
    own = sum(used.get(one, 0.0) for one in candidates)
    last = _last(till.profile, candidates)
    found = []
    for method in dict.fromkeys(candidates):
        chance = (used.get(method, 0.0) + _CROWD_COUNTS * crowd[method]) / (own + _CROWD_COUNTS)
        posterior = success(attempts.cells, place_of(method, till), everything)
        lift, fits = _fit(known.get(method), till)
        factor = _FAILED if method in failed else lift
        reason = _reason(method, used, last, fits)
        if method in failed:
            reason = "It did not go through a moment ago"
        score = chance * posterior.mean * factor
        found.append(Ranked(method, reason, score, posterior, method in used or method in failed))
    return sorted(found, key=lambda one: -one.score)


def place_of(method: str, till: Till) -> Place:
    """Return the group in which a method's success is looked up."""
    band = price_band(till.value_minor) if till.value_minor > 0 else ""
    return (method, band, (till.country or "")[:2].upper(), till.device or "")


def _used(profile: Profile | None) -> dict[str, float]:
    """Return how much each method counts by this person's own doing."""
    if profile is None:
        return {}
    used = {method: float(tally.count) for method, tally in profile.payments.items()}
    paid: dict[str, float] = {}
    for one in placed(profile.orders):
        if one.sale.payment_method:
            paid[one.sale.payment_method] = paid.get(one.sale.payment_method, 0.0) + 1.0
    for method, orders in paid.items():
        used[method] = max(used.get(method, 0.0), orders)
    last = _last(profile, list(used))
    if last is not None:
        used[last] += _LAST_COUNTS
    preferred = _preferred(profile)
    if preferred is not None:
        used[preferred] = used.get(preferred, 0.0) + _PREFERRED_COUNTS
    return used


def _last(profile: Profile | None, candidates: Sequence[str]) -> str | None:
    """Return the method used last, of those that the shop offers."""
    if profile is None:
        return None
    when = {method: tally.last_ms for method, tally in profile.payments.items()}
    for one in placed(profile.orders):
        method = one.sale.payment_method
        if method:
            when[method] = max(when.get(method, 0), one.sale.at_ms)
    offered = [one for one in candidates if one in when]
    return max(offered, key=lambda one: when[one], default=None)


def _preferred(profile: Profile) -> str | None:
    if not profile.traits:
        return None
    said = {**attributes(profile.traits), **preferences(profile.traits)}
    found = next((said[name] for name in _PREFERENCES if isinstance(said.get(name), str)), None)
    return None if found is None else str(found)


def _crowd(candidates: Sequence[str], cells: Mapping[Place, Cell]) -> dict[str, float]:
    """Return which share of people takes each method, from attempts and the shop's order."""
    weights = {}
    for place, method in enumerate(candidates):
        cell = cells.get((method,))
        tries = 0 if cell is None or cell.tries < FEWEST else cell.tries
        weights[method] = tries + _SHOP_COUNTS / (place + 1)
    whole = sum(weights.values()) or 1.0
    return {method: weight / whole for method, weight in weights.items()}


def _fit(method: PaymentMethod | None, till: Till) -> tuple[float, str | None]:
    """Return how a method suits the place and the cart: a factor, and what to say of it."""
    if method is None:
        return 1.0, None
    problem = _problem(method, till)
    if problem is not None:
        return _UNFIT, problem
    country = (till.country or "").upper()
    if country and country in method.countries:
        return _AT_HOME, f"Usual in {country}"
    apt_minor = to_minor(method.apt_from, till.currency)
    if method.family is Family.INSTALMENTS and till.value_minor >= apt_minor:
        return _APT, "Lets you pay a cart of this size in parts"
    return 1.0, None


def _problem(method: PaymentMethod, till: Till) -> str | None:
    country, currency = (till.country or "").upper(), (till.currency or "").upper()
    if currency and method.currencies and currency not in method.currencies:
        return f"Cannot be paid in {currency}"
    if country and method.countries and country not in method.countries:
        return "Usual in other countries"
    if till.value_minor > 0 and not _takes(method, till):
        return "Not for a cart of this size"
    return None


def _takes(method: PaymentMethod, till: Till) -> bool:
    if till.value_minor < to_minor(method.least, till.currency):
        return False
    return method.most is None or till.value_minor <= to_minor(method.most, till.currency)


def _reason(method: str, used: Mapping[str, float], last: str | None, fits: str | None) -> str:
    if method == last:
        return "You paid with this last time"
    if method in used:
        return "You have used this before"
    return fits or "Offered by this shop"
