"""What the identified need not type again: contact data, loyalty balance, currency.

Contact data leaves the vault for nobody but the person it is about: the request names a user, and
either carries the shop's signed word for it or comes from the shop's own server. A browser that is
known to be somebody's is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tailorbird.decide.checkout.ports import Contacts
from tailorbird.decide.wire import CheckoutFacts
from tailorbird.profile.orders import placed
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes
from tailorbird.spine.ids import user_key

_FIELDS = ("name", "firstName", "lastName", "email", "phone", "address")
_BALANCES = ("loyaltyBalance", "loyalty_balance", "loyaltyPoints", "loyalty_points")


async def facts(
    contacts: Contacts, profile: Profile | None, user_id: str | None, currency: str | None
) -> CheckoutFacts:
    """Return what a checkout can be filled with.

    Args:
        contacts: the vault.
        profile: the person's.
        user_id: the user whom the request has vouched for; None gives no contact data.
        currency: as the page says it.
    """
    wanted = currency or preferred_currency(profile)
    if user_id is None:
        return CheckoutFacts(currency=wanted)
    found = await contacts.get([user_key(user_id)])
    prefill = {name: _value(found[name]) for name in _FIELDS if name in found}
    said = {} if profile is None else attributes(profile.traits)
    balance = next((said[name] for name in _BALANCES if _is_number(said.get(name))), None)
    return CheckoutFacts(
        currency=wanted,
        prefill=prefill or msgspec.UNSET,
        loyalty_balance=msgspec.UNSET if balance is None else balance,
    )


def preferred_currency(profile: Profile | None) -> str | None:
    """Return the currency of most of somebody's orders, the latest among equals."""
    if profile is None:
        return None
    counts: dict[str, tuple[int, int]] = {}
    for one in placed(profile.orders):
        if one.sale.currency:
            orders, _ = counts.get(one.sale.currency, (0, 0))
            counts[one.sale.currency] = (orders + 1, one.sale.at_ms)
    return max(counts, key=lambda one: counts[one], default=None)


def _value(text: str) -> Any:  # noqa: ANN401 - an address is whatever the shop has sent
    if not text.startswith("{"):
        return text
    try:
        found: Mapping[str, Any] = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
