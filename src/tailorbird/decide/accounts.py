"""Deciding for an account: an answer keeps to the part of the catalog that is for it."""

from collections.abc import Callable, Iterable

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tailorbird.accounts.terms import Standing
from tailorbird.catalog.items import Item
from tailorbird.decide.placements import Creative, Placement
from tailorbird.decide.wire import AccountInForce
from tailorbird.predict.item_table import ItemTable
from tailorbird.spine.facets import category_path
from tailorbird.spine.ids import ItemId

Find = Callable[[ItemId], Item | None]
"""Returns an item of the catalog."""

_CATEGORY = "category:"

_NOWHERE = "\x00"  # no category is called that, so that nothing is in it


def for_account(placement: Placement, standing: Standing, find: Find) -> Placement:
    """Return a placement that shows nothing beyond what is for an account.

    Args:
        placement: any.
        standing: what holds for the account.
        find: the catalog, for the items that content promotes.
    """
    filters = placement.filters
    if not (filters.account and standing.bounded):
        return placement
    creatives = tuple(one for one in placement.creatives if _is_theirs(one, standing, find))
    return replace(
        placement,
        creatives=creatives,
        filters=replace(
            filters,
            categories=_both(filters.categories, standing.categories),
            not_categories=(*filters.not_categories, *standing.not_categories),
        ),
    )


def for_them(item: Item, standing: Standing | None) -> bool:
    """Return whether an item is in the part of the catalog that is for an account."""
    return standing is None or not standing.bounded or _is_in(" > ".join(item.category), standing)


def theirs(
    codes: NDArray[np.int32], placement: Placement, standing: Standing | None, table: ItemTable
) -> NDArray[np.bool_] | None:
    """Return which items of a list are for an account; None: all of them."""
    if standing is None or not (placement.filters.account and standing.bounded):
        return None
    keep: NDArray[np.bool_] = np.ones(len(codes), np.bool_)
    for wanted, names in ((True, standing.categories), (False, standing.not_categories)):
        if names:
            facets = table.facets.encode([f"category:{name}" for name in names])
            inside = np.isin(table.facet_codes[codes], facets).any(axis=1)
            keep &= inside == wanted
    return keep


def open_to(names: Iterable[str], placement: Placement, standing: Standing | None) -> list[str]:
    """Return the categories of which an account may see anything, in order."""
    if standing is None or not (placement.filters.account and standing.bounded):
        return list(names)
    return [one for one in names if _is_open(" > ".join(category_path(one)), standing)]


def in_force(standing: Standing) -> AccountInForce:
    """Return what the answer says of the account."""
    return AccountInForce(standing.account, standing.tier, standing.price_list)


def _both(wanted: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of the category tree that lie in both; an empty list is the whole tree."""
    if not (wanted and allowed):
        return wanted or allowed
    both = [a for a in wanted for b in allowed if _within(a, b)]
    both += [b for b in allowed for a in wanted if b != a and _within(b, a)]
    return tuple(both) or (_NOWHERE,)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer} > ")


def _is_theirs(creative: Creative, standing: Standing, find: Find) -> bool:
    """Return whether content is for an account: its item, or any of its categories, is."""
    if creative.item is not None:
        item = find(ItemId(creative.item))
        return item is not None and for_them(item, standing)
    paths = [one.removeprefix(_CATEGORY) for one in creative.facets if one.startswith(_CATEGORY)]
    return not paths or any(_is_open(path, standing) for path in paths)


def _is_in(path: str, standing: Standing) -> bool:
    """Return whether a category lies in what is for an account."""
    if any(_within(path, one) for one in standing.not_categories):
        return False
    return not standing.categories or any(_within(path, one) for one in standing.categories)


def _is_open(path: str, standing: Standing) -> bool:
    """Return whether anything within a category may be for an account."""
    if any(_within(path, one) for one in standing.not_categories):
        return False
    return not standing.categories or any(
        _within(path, one) or _within(one, path) for one in standing.categories
    )
