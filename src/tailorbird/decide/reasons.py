"""Reasons: why an item is shown, in the shopper's words."""

from collections.abc import Callable

from tailorbird.decide.placements import Source
from tailorbird.spine.ids import ItemId

Title = Callable[[ItemId], str]
"""Returns what an item is called."""

_LONGEST_TITLE = 60


def reason(source: Source, anchor: str | None, facet: str | None, place: str | None) -> str:
    """Return the sentence for one item.

    Args:
        source: which source said most for it.
        anchor: the title of the item that it was found by, if any.
        facet: the facet key that matched what the person leans to, if any.
        place: the name of the page's category, if any.
    """
    match source:
        case Source.SESSION:
            return f"Because you viewed {anchor}" if anchor else "Fits what you are looking at"
        case Source.COMPLEMENT:
            return f"Goes well with {anchor}" if anchor else "Often bought together"
        case Source.SIMILAR:
            return f"Similar to {anchor}" if anchor else "Similar to what you are looking at"
        case Source.AFFINITY:
            return leaning_words(facet) if facet else "Matches your taste"
        case Source.TRENDING:
            return "Trending now"
        case Source.NEW:
            return "New in"
        case Source.EXPLORE:
            return "Something different to discover"
        case Source.LAST_KNOWN:
            return "From your last visit"
        case Source.POPULAR:
            return f"Popular in {place}" if place else "Popular with other shoppers"


def leaning_words(facet: str) -> str:
    """Return a leaning as a sentence: `brand:msr` becomes "You seem to like Msr"."""
    kind, _, name = facet.partition(":")
    match kind:
        case "category":
            return f"From {name.rpartition(' > ')[2]}, which you look at often"
        case "brand":
            return f"You seem to like {name.title()}"
        case "price":
            return "In the price range you usually choose"
        case _:
            return f"Matches your preference for {name}"


def clipped(title: str) -> str:
    """Return a title short enough to stand in a sentence."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
