"""The last items that somebody dealt with and the last words they searched for."""

from enum import IntEnum
from functools import lru_cache

import msgspec

from tailorbird.profile.newest import newest
from tailorbird.spine import events
from tailorbird.spine.events import Event, LineItem
from tailorbird.spine.ids import ItemId

TOUCHES_KEPT = 64
SEARCHES_KEPT = 10
_LONGEST_QUERY = 120


class TouchKind(IntEnum):
    """What was done with an item; of two things done at once, the weightier counts as later."""

    CLICK = 1
    VIEW = 2
    SHARE = 3
    WISH = 4
    ADD = 5
    BUY = 6


_KINDS = {
    events.PRODUCT_CLICKED: TouchKind.CLICK,
    events.RECOMMENDATION_CLICKED: TouchKind.CLICK,
    events.PRODUCT_VIEWED: TouchKind.VIEW,
    "Product Shared": TouchKind.SHARE,
    events.WISHLISTED: TouchKind.WISH,
    events.PRODUCT_ADDED: TouchKind.ADD,
}


class Touch(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """One act on one item, with its deepest category path and its brand as they were then.

    Of the facets only these two are kept (empty when unknown): they say what a visit is about,
    and all facets of 64 items would weigh more than the rest of a profile.
    """

    at_ms: int
    kind: TouchKind
    item: ItemId
    category: str = ""
    brand: str = ""


class Search(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """One search, as typed, in lower case."""

    at_ms: int
    query: str


Touches = tuple[Touch, ...]
Searches = tuple[Search, ...]


def touch(touches: Touches, event: Event) -> Touches:
    """Return the newest 64 touches, sorted by time, after an event.

    Buying is not among them, since two sources may report the same order: it is read from the
    orders, where it counts once.
    """
    kind = _KINDS.get(event.name)
    if kind is None or not event.items:
        return touches
    fresh = tuple([_touch(event.occurred_at_ms, kind, item) for item in event.items])
    return newest(touches, fresh, TOUCHES_KEPT)


def join_touches(a: Touches, b: Touches) -> Touches:
    """Return the newest 64 touches of both."""
    return newest(a, b, TOUCHES_KEPT)


def search(searches: Searches, event: Event) -> Searches:
    """Return the newest 10 searches, sorted by time, after an event."""
    if event.name != events.PRODUCTS_SEARCHED or not event.query:
        return searches
    query = " ".join(event.query.lower().split())[:_LONGEST_QUERY]
    return newest(searches, (Search(event.occurred_at_ms, query),), SEARCHES_KEPT)


def join_searches(a: Searches, b: Searches) -> Searches:
    """Return the newest 10 searches of both."""
    return newest(a, b, SEARCHES_KEPT)


def _touch(at_ms: int, kind: TouchKind, item: LineItem) -> Touch:
    return Touch(at_ms, kind, item.id, *_subject(item.facets))


@lru_cache(maxsize=16_384)  # items repeat
def _subject(facets: tuple[str, ...]) -> tuple[str, str]:
    """Return the deepest category path and the brand."""
    category = brand = ""
    for facet in facets:
        # A path contains its ancestors, so the deepest is the longest.
        if facet.startswith("category:"):
            if len(facet) - 9 > len(category):
                category = facet[9:]
        elif facet.startswith("brand:"):
            brand = facet[6:]
    return category, brand
