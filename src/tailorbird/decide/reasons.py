"""Reasons: why an item is shown, in the shopper's words."""

from collections.abc import Mapping

from tailorbird.decide.placements import Source
from tailorbird.spine.facets import Spell

_LONGEST_TITLE = 60


def reason(
    source: Source,
    anchor: str | None,
    facet: str | None,
    place: str | None,
    spell: Spell = str.title,
) -> str:
    """Return the sentence for one item.

    Args:
        source: which source said most for it.
        anchor: the title of the item that it was found by, if any.
        facet: the facet key that matched what the person leans to, if any.
        place: the name of the page's category, if any.
        spell: how brands are written.
    """
    with_anchor, without = _SENTENCES[source]
    if source is Source.AFFINITY:
        return leaning_words(facet, spell) if facet else without
    named = place if source is Source.POPULAR else anchor
    return with_anchor.format(named) if named and with_anchor else without


# With the name of what an item was found by, and without.
_SENTENCES: Mapping[Source, tuple[str, str]] = {
    Source.SESSION: ("Because you viewed {}", "Fits what you are looking at"),
    Source.COMPLEMENT: ("Goes well with {}", "Often bought together"),
    Source.SIMILAR: ("Similar to {}", "Similar to what you are looking at"),
    Source.AFFINITY: ("", "Matches your taste"),
    Source.POPULAR: ("Popular in {}", "Popular with other shoppers"),
    Source.TRENDING: ("", "Trending now"),
    Source.NEW: ("", "New in"),
    Source.EXPLORE: ("", "Something different to discover"),
    Source.LAST_KNOWN: ("", "From your last visit"),
    Source.SHOP: ("", "As the shop ranked it"),
    Source.NOT_THEIRS: ("", "Not in your company's part of the catalog"),
    Source.COLLABORATIVE: ("", "Chosen by people who like what you like"),
}


def leaning_words(facet: str, spell: Spell = str.title) -> str:
    """Return a leaning as a sentence: `brand:msr` becomes "You seem to like MSR"."""
    kind, _, name = facet.partition(":")
    match kind:
        case "category":
            return f"From {name.rpartition(' > ')[2]}, which you look at often"
        case "brand":
            return f"You seem to like {spell(name)}"
        case "price":
            return "In the price range you usually choose"
        case _:
            return f"Matches your preference for {name}"


def clipped(title: str) -> str:
    """Return a title short enough to stand in a sentence."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
