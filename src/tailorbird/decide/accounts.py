"""Deciding for an account: a placement keeps to the part of the catalog that is for it."""

from msgspec.structs import replace

from tailorbird.accounts.terms import Standing
from tailorbird.decide.placements import Placement
from tailorbird.decide.wire import AccountInForce

_NOWHERE = "\x00"  # no category is called that, so that nothing is in it


def for_account(placement: Placement, standing: Standing) -> Placement:
    """Return a placement that shows nothing beyond what is for an account."""
    filters = placement.filters
    if not (filters.account and standing.bounded):
        return placement
    return replace(
        placement,
        filters=replace(
            filters,
            categories=_both(filters.categories, standing.categories),
            not_categories=(*filters.not_categories, *standing.not_categories),
        ),
    )


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
