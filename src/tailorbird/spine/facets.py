"""Facets: the sides of an item that a person can lean to, as short keys such as `brand:acme`."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

Spell = Callable[[str], str]
"""Returns how people write a brand that is known by its facet: `msr` is MSR."""

_SEPARATORS = (" > ", ">", " / ", "/", "|")
_MOST_LEVELS = 6
_MOST_ATTRIBUTES = 12
_LONGEST = 80


def category_path(category: object) -> tuple[str, ...]:
    """Return the levels of a category given as a path text or as a list of levels."""
    if isinstance(category, str):
        for separator in _SEPARATORS:
            if separator in category:
                return _levels(category.split(separator))
        return _levels([category])
    if isinstance(category, list | tuple):
        return _levels(category)
    return ()


def price_band(price_minor: int, decimals: int = 2) -> str:
    """Return the band of a price: powers of two of the major unit, such as `16-32`.

    Logarithmic, since people compare prices by ratio.
    """
    major = price_minor / 10**decimals
    if major < 1:
        return "0-1"
    low = 2 ** math.floor(math.log2(major))
    return f"{low}-{2 * low}"


def facets_of(
    category: object = None,
    brand: object = None,
    price_minor: int | None = None,
    attributes: Mapping[str, Any] | None = None,
    tags: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return the facet keys of an item, the broadest category first.

    Every level of the category path is a facet of its own (`category:Camping`,
    `category:Camping > Tents`), so that a lean can be to the broad or to the narrow.
    """
    usual = isinstance(category, str | None) and isinstance(brand, str | None)
    main = (_known_main if usual else _main)(category, brand, price_minor)
    if not attributes and not tags:
        return main
    keys = list(main)
    for name, value in list((attributes or {}).items())[:_MOST_ATTRIBUTES]:
        if isinstance(value, str | int | float) and str(value).strip():
            keys.append(f"{name.strip().lower()}:{str(value).strip().lower()[:_LONGEST]}")
    keys.extend(f"tag:{tag.strip().lower()[:_LONGEST]}" for tag in list(tags)[:_MOST_ATTRIBUTES])
    return tuple(keys)


def brand_facet(brand: str) -> str:
    """Return the facet key of a brand, however it is spelled."""
    return f"brand:{brand.strip().lower()[:_LONGEST]}"


def _main(category: object, brand: object, price_minor: int | None) -> tuple[str, ...]:
    """Return the facets that every item may have: category, brand, price."""
    path = category_path(category)
    keys = [f"category:{' > '.join(path[:depth])}" for depth in range(1, len(path) + 1)]
    if isinstance(brand, str) and brand.strip():
        keys.append(brand_facet(brand))
    if price_minor is not None and price_minor > 0:
        keys.append(f"price:{price_band(price_minor)}")
    return tuple(keys)


# A history has the same few categories, brands and prices over and over.
_known_main = lru_cache(maxsize=16_384)(_main)


def _levels(parts: Iterable[object]) -> tuple[str, ...]:
    cleaned = (str(part).strip()[:_LONGEST] for part in parts)
    return tuple(part for part in cleaned if part)[:_MOST_LEVELS]
