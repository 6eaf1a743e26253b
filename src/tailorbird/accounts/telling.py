"""How an account is shown."""

from __future__ import annotations

from typing import Any

import msgspec

from tailorbird.profile.customer import AffinityView, CartView, Money, OrdersView


class AccountPerson(msgspec.Struct, frozen=True, rename="camel"):
    """One of an account's people; `current` while they were last seen in this account."""

    person_id: str
    joined_at: str | None
    last_at: str
    current: bool


class ReorderShown(msgspec.Struct, frozen=True, rename="camel"):
    """An item that the account buys; `price` is of its price list, or the item's own."""

    item: str
    title: str | None
    available: bool
    price: Money | None
    orders: int
    quantity: int
    last_at: str
    every_days: float | None
    due_at: str | None
    due: bool


class CatalogShown(msgspec.Struct, frozen=True, rename="camel"):
    """The part of the catalog that is for an account; empty lists bound nothing."""

    categories: tuple[str, ...]
    not_categories: tuple[str, ...]


class AccountShown(msgspec.Struct, frozen=True, rename="camel"):
    """An account: what is known of it by its people who allow it; `withheld` is how many do not."""

    account_id: str
    traits: dict[str, Any]
    tier: str | None
    price_list: str | None
    catalog: CatalogShown
    people: tuple[AccountPerson, ...]
    withheld: int
    segments: dict[str, int]
    orders: OrdersView
    cart: CartView
    affinity: AffinityView
    reorder: tuple[ReorderShown, ...]


class AccountLine(msgspec.Struct, frozen=True, rename="camel"):
    """One account of the list, and how many people are or were in it."""

    account_id: str
    people: int


class AccountsShown(msgspec.Struct, frozen=True, rename="camel"):
    """Accounts by id; `next` is the `after` of the next page."""

    accounts: tuple[AccountLine, ...]
    next: str | None
