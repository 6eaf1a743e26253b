"""How often something happened and when last, by name."""

from collections.abc import Mapping

import msgspec

from tailorbird.spine import events

NAMES_KEPT = 128
OTHER = "(other)"
"""Where the counts of names past the limit go."""

# These keep their own count whatever else a shop invents.
_STANDARD = frozenset(
    {
        "Page Viewed",
        "Screen Viewed",
        "Identified",
        "Grouped",
        "Aliased",
        events.PRODUCT_VIEWED,
        events.PRODUCT_CLICKED,
        events.PRODUCT_ADDED,
        events.PRODUCT_REMOVED,
        events.WISHLISTED,
        events.CART_VIEWED,
        events.CHECKOUT_STARTED,
        events.PAYMENT_INFO_ENTERED,
        events.ORDER_COMPLETED,
        events.ORDER_REFUNDED,
        events.ORDER_CANCELLED,
        events.PRODUCTS_SEARCHED,
        events.LIST_VIEWED,
        events.LIST_FILTERED,
        events.RECOMMENDATION_VIEWED,
        events.RECOMMENDATION_CLICKED,
        events.RECOMMENDATION_DISMISSED,
    }
)


class Tally(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How many times, and when last (milliseconds since 1970, UTC)."""

    count: int
    last_ms: int


Tallies = Mapping[str, Tally]


def count(tallies: Tallies, name: str, at_ms: int, keep: int = NAMES_KEPT) -> Tallies:
    """Return the tallies with one more of `name`.

    At most `keep` names have their own tally: the standard ones first, then in alphabetical
    order; the rest share `OTHER`. A rank that does not depend on counts or time keeps the result
    the same in every order of arrival, and the sum of all counts exact.
    """
    present = tallies.get(name)
    if present is None:
        return _cut({**tallies, name: Tally(1, at_ms)}, keep)
    last_ms = present.last_ms if present.last_ms > at_ms else at_ms
    return {**tallies, name: Tally(present.count + 1, last_ms)}


def join_tallies(a: Tallies, b: Tallies, keep: int = NAMES_KEPT) -> Tallies:
    """Return the tallies of both together."""
    joined = dict(a)
    for name, tally in b.items():
        joined[name] = _sum(joined.get(name), tally)
    return _cut(joined, keep)


def last_of(tallies: Tallies, *names: str) -> int | None:
    """Return when any of these last happened; None when none ever did."""
    moments = [tallies[name].last_ms for name in names if name in tallies]
    return max(moments, default=None)


def _sum(present: Tally | None, more: Tally) -> Tally:
    if present is None:
        return more
    return Tally(present.count + more.count, max(present.last_ms, more.last_ms))


def _cut(tallies: dict[str, Tally], keep: int) -> dict[str, Tally]:
    if len(tallies) <= keep:
        return tallies
    names = sorted(tallies.keys() - {OTHER}, key=lambda name: (name not in _STANDARD, name))
    for name in names[keep:]:
        tallies[OTHER] = _sum(tallies.get(OTHER), tallies.pop(name))
    return tallies
