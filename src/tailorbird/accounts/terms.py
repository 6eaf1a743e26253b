"""Terms: what an account is offered by its loyalty tier: its prices, its part of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.spine.facets import category_path


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One loyalty tier and what goes with it.

    An account is in the first tier, from the top of the file, of which it meets every condition;
    one without conditions takes in all. A trait `tier` of the account goes before that.

    Attributes:
        name: the tier.
        traits: traits that the account must have, with these values.
        min_spent: what it must have spent in the last 365 days, in major units of the currency
            that most of its orders are in.
        min_orders: how many orders it must have placed in the last 365 days.
        price_list: which prices it is shown; the account's own trait `priceList` goes before.
        categories: the part of the catalog that is for it, with all beneath; empty for all. The
            account's own trait `catalog`, a list of paths, goes before.
        not_categories: what is never shown to it.
    """

    name: str
    traits: dict[str, str | int | float | bool] = {}
    min_spent: float = 0.0
    min_orders: int = 0
    price_list: str | None = None
    categories: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """What holds for an account now: its tier, its prices, its part of the catalog."""

    account: str
    tier: str | None = None
    price_list: str | None = None
    categories: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether there is anything that it must not be shown."""
        return bool(self.categories or self.not_categories)


class Custom(msgspec.Struct, frozen=True):
    """What terms go by: an account's traits, and what it ordered in the last 365 days."""

    traits: Mapping[str, Any]
    spent: float
    orders: int


def terms_in(configuration: Configuration) -> tuple[Terms, ...]:
    """Return the tiers in force, in the order of the file."""
    return tuple(configuration.of(TERMS))


def standing(account: str, custom: Custom, tiers: Sequence[Terms]) -> Standing:
    """Return what holds for an account."""
    found = _tier(custom, tiers)
    catalog = custom.traits.get("catalog")
    own = tuple(str(one) for one in catalog) if isinstance(catalog, list) else ()
    prices = custom.traits.get("priceList")
    named = custom.traits.get("tier")
    if found is None:
        tier = named if isinstance(named, str) else None
        return Standing(account, tier, prices if isinstance(prices, str) else None, own)
    return Standing(
        account,
        found.name,
        prices if isinstance(prices, str) else found.price_list,
        own or found.categories,
        found.not_categories,
    )


def _tier(custom: Custom, tiers: Sequence[Terms]) -> Terms | None:
    named = custom.traits.get("tier")
    for one in tiers:
        if one.name == named:
            return one
    return next((one for one in tiers if _meets(custom, one)), None)


def _meets(custom: Custom, one: Terms) -> bool:
    return (
        custom.spent >= one.min_spent
        and custom.orders >= one.min_orders
        and all(custom.traits.get(name) == value for name, value in one.traits.items())
    )


def _faults(terms: Terms, _known: Known) -> Iterator[Fault]:
    if terms.min_spent < 0:
        yield Fault("$.minSpent", "`minSpent` must not be negative")
    if terms.min_orders < 0:
        yield Fault("$.minOrders", "`minOrders` must not be negative")
    for field, paths in (
        ("categories", terms.categories),
        ("notCategories", terms.not_categories),
    ):
        for index, path in enumerate(paths):
            if " > ".join(category_path(path)) != path:
                yield Fault(f"$.{field}[{index}]", f"write {path!r} as `Outdoor > Tents`")


TERMS = Kind("terms", "terms", Terms, check=_faults)
