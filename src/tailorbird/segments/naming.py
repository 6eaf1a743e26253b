"""Naming: what sets a group apart, in the words that a marketer would use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_MUCH, _SOME = 0.8, 0.4
_AT_HOME = 0.35
_MORE_THAN_OTHERS = 0.1
_MOSTLY, _HARDLY = 0.5, 0.05
_LITTLE = 0.2
_LONG_DAYS = 14.0
_MARKS = {
    "away": ("here lately", "away for long"),
    "active": ("seldom here", "often here"),
    "depth": ("look at little", "look at much"),
    "wanting": ("put little in the cart", "put much in the cart"),
    "orders": ("order less often", "order more often"),
    "basket": ("smaller baskets", "larger baskets"),
    "bargains": ("fewer bargains", "more bargains"),
    "returns": ("send little back", "send more back"),
}


def describe(
    apart: Mapping[str, float], typical: Mapping[str, float], usual: Mapping[str, float]
) -> str:
    """Return a name such as "Frequent buyers of Outdoor, price-minded".

    Args:
        apart: number → how far the group's mean is from the shop's, in standard deviations.
        typical: number → the group's mean: `orders` and `away` as counts, categories as shares.
        usual: the same of the whole shop.
    """
    words = _who(apart, typical, usual)
    home = _home(typical, usual)
    traits = ", ".join(_traits(apart, typical, usual))
    name = words if home is None else f"{words} {'of' if 'buyers' in words else 'in'} {home}"
    return f"{name}, {traits}" if traits else name


def marks(apart: Mapping[str, float]) -> list[str]:
    """Return what else sets a group apart, the clearest first: for names that are taken."""
    clearest = sorted(_MARKS, key=lambda name: (-abs(apart[name]), name))
    return [_MARKS[name][apart[name] > 0] for name in clearest if abs(apart[name]) > _LITTLE]


def unlike(name: str, taken: set[str], further: Sequence[str]) -> str:
    """Return the name, with what else sets the group apart where another has that name already."""
    fitting = [mark for mark in further if mark.rpartition(" ")[2] not in name]
    for tried in (name, *(f"{name}, {mark}" for mark in fitting)):
        if tried not in taken:
            return tried
    number = next(one for one in range(2, len(taken) + 3) if f"{name} ({one})" not in taken)
    return f"{name} ({number})"


def _who(
    apart: Mapping[str, float], typical: Mapping[str, float], usual: Mapping[str, float]
) -> str:
    orders = typical["orders"]
    lapsed = apart["away"] > _MUCH and typical["away"] >= _LONG_DAYS
    if orders >= 0.5:
        often = orders >= 1.5 and orders >= 1.5 * usual["orders"]
        kind = "frequent buyers" if often else "occasional buyers"
    elif apart["wanting"] > _SOME:
        kind = "cart fillers"
    elif apart["depth"] > _SOME:
        kind = "deep browsers"
    elif apart["active"] > _SOME:
        kind = "regular browsers"
    else:
        kind = "browsers"
    return f"lapsed {kind}".capitalize() if lapsed else kind.capitalize()


def _home(typical: Mapping[str, float], usual: Mapping[str, float]) -> str | None:
    """Return the category that the group is at home in."""
    shares = {name[9:]: share for name, share in typical.items() if name.startswith("category:")}
    if not shares:
        return None
    best = max(shares, key=lambda name: (shares[name], name))
    more = shares[best] - usual[f"category:{best}"]
    return best if shares[best] >= _AT_HOME and more >= _MORE_THAN_OTHERS else None


def _traits(
    apart: Mapping[str, float], typical: Mapping[str, float], usual: Mapping[str, float]
) -> Iterator[str]:
    if typical["bargains"] >= _MOSTLY:
        yield "price-minded"
    elif typical["orders"] >= 0.5 and typical["bargains"] <= usual["bargains"] / 2 - _HARDLY:
        yield "full price"
    if apart["basket"] > _MUCH:
        yield "large baskets"
    elif apart["basket"] < -_MUCH:
        yield "small baskets"
    if apart["returns"] > _MUCH:
        yield "sends much back"
