"""Leanings as bars: the strongest few of each kind, categories as the tree that they are."""

from collections.abc import Mapping, Sequence

import msgspec

from tailorbird.profile.customer import FacetShare
from tailorbird.spine.facets import Spell

_FIRST = ("category", "brand", "price")
_BARS = 4
_FADED = 0.01  # a score below a hundredth of one view says nothing any more
_TITLES = {"category": "Category", "brand": "Brand", "price": "Price band", "sale": "On sale"}


class Bar(msgspec.Struct, frozen=True):
    """One facet: its name, its share (0..1) among its kind and depth, and its depth in a tree."""

    name: str
    share: float
    score: float
    depth: int = 0


class Group(msgspec.Struct, frozen=True):
    """The bars of one kind."""

    title: str
    bars: tuple[Bar, ...]


Leanings = tuple[Group, ...]


def leanings(
    facets: Mapping[str, Sequence[FacetShare]], most: int, spell: Spell = str.title
) -> Leanings:
    """Return `most` groups to show: category, brand and price first, then others by strength."""
    alive = {
        kind: [one for one in shares if one.score >= _FADED] for kind, shares in facets.items()
    }
    others = sorted(
        (kind for kind, shares in alive.items() if shares and kind not in _FIRST),
        key=lambda kind: -alive[kind][0].score,
    )
    kinds = [kind for kind in (*_FIRST, *others) if alive.get(kind)][:most]
    return tuple(
        Group(_TITLES.get(kind, kind.capitalize()), _bars(kind, alive[kind], spell))
        for kind in kinds
    )


def _bars(kind: str, shares: Sequence[FacetShare], spell: Spell) -> tuple[Bar, ...]:
    if kind == "category":
        return _tree(shares)
    return tuple(Bar(_named(kind, one.name, spell), one.share, one.score) for one in shares[:_BARS])


def _tree(shares: Sequence[FacetShare]) -> tuple[Bar, ...]:
    """Return categories beneath their parents, the stronger branch first."""
    strength = {one.name: one.score for one in shares}

    def place(name: str) -> list[tuple[float, str]]:
        path = name.split(" > ")
        steps = [" > ".join(path[: depth + 1]) for depth in range(len(path))]
        return [(-strength.get(step, 0.0), step) for step in steps]

    ordered = sorted(shares, key=lambda one: place(one.name))
    return tuple(
        Bar(one.name.rpartition(" > ")[2], one.share, one.score, one.name.count(" > "))
        for one in ordered[: _BARS + 2]
    )


def _named(kind: str, name: str, spell: Spell) -> str:
    if kind == "price":
        return name.replace("-", "\N{EN DASH}")
    return spell(name) if kind == "brand" else name
