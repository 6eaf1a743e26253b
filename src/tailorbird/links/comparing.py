"""Comparing an anonymous browser with a known person, field by field, each to a level in words.

| field | levels, from the most telling |
| --- | --- |
| network | `alone often`, `alone once`, `few often`, `few once`, `some`, `crowd`, `none` |
| place | `same rare`, `same common`, `same country`, `other` |
| device | `same browser`, `same maker`, `same kind`, `other kind` |
| time | `handoff`, `apart`, `together at home`, `together elsewhere` |
| items | `most`, `many`, `few`, `none` of what the side of fewer items looked at, rare ones more |
| click | `same`, `none` |

A field that is unknown on either side has no level, and weighs nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from tailorbird.links.crowd import Crowd
from tailorbird.links.stays import Place, Sight
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS

LEVELS: Mapping[str, tuple[str, ...]] = {
    "network": ("alone often", "alone once", "few often", "few once", "some", "crowd", "none"),
    "place": ("same rare", "same common", "same country", "other"),
    "device": ("same browser", "same maker", "same kind", "other kind"),
    "time": ("handoff", "apart", "together at home", "together elsewhere"),
    "items": ("most", "many", "few", "none"),
    "click": ("same", "none"),
}
FIELDS = tuple(LEVELS)

Levels = tuple[str | None, ...]
"""One level for each of `FIELDS`, None where a side says nothing."""

_FEW, _SOME_OTHERS = 3, 12  # browsers of others in the same network
_RARE_PLACE = 0.05
_MOST, _MANY = 0.6, 0.35  # of the surprise in what the side of the fewer items looked at
_LEAST_SURPRISE = 4.0  # nats; less than that is what everybody looks at
_HANDOFF_MS = 30 * MINUTE_MS
_TOGETHER_MS = 2 * MINUTE_MS  # both at work within so little time takes two people
_LONGEST_STAY_MS = 12 * HOUR_MS
_APPLE = frozenset({"ios", "macos"})


def compare(browser: str, a: Sight, user: str, b: Sight, crowd: Crowd) -> Levels:
    """Return how an anonymous browser and a known person compare, in the order of `FIELDS`.

    Args:
        browser: the browser's name.
        a: what it shows.
        user: the known person.
        b: what their browsers show.
        crowd: everybody, who says what is rare.
    """
    return (
        _network(a, b, crowd, (browser, user)),
        _place(a, b, crowd),
        _device(a, b),
        _time(a, b),
        _items(a, b, crowd),
        _click(a, b),
    )


def _network(a: Sight, b: Sight, crowd: Crowd, pair: tuple[str, str]) -> str | None:
    browser, user = pair
    if not a.networks or not b.networks:
        return None
    shared = [one for one in a.networks if one in b.networks]
    if not shared:
        return "none"
    others, closest = min((crowd.others(one, user, browser), one) for one in shared)
    if others > _FEW:
        return "some" if others <= _SOME_OTHERS else "crowd"
    often = min(a.networks[closest], b.networks[closest]) > 1 or len(shared) > 1
    return f"{'few' if others else 'alone'} {'often' if often else 'once'}"


def _place(a: Sight, b: Sight, crowd: Crowd) -> str | None:
    here = [one for one in a.places if one != _NOWHERE]
    there = [one for one in b.places if one != _NOWHERE]
    if not here or not there:
        return None
    shares = [crowd.share_of(one) for one in here if one in b.places]
    if shares:
        return "same rare" if min(shares) < _RARE_PLACE else "same common"
    at_home = {(one.country, one.timezone) for one in here}
    return "same country" if at_home & {(one.country, one.timezone) for one in there} else "other"


def _device(a: Sight, b: Sight) -> str:
    if a.agents & b.agents:
        return "same browser"
    kinds, systems = ({one.split()[place] for one in a.agents} for place in (0, 1))
    their_kinds, their_systems = ({one.split()[place] for one in b.agents} for place in (0, 1))
    if kinds & their_kinds:
        return "same kind"
    if systems & their_systems or (systems & _APPLE and their_systems & _APPLE):
        return "same maker"
    return "other kind"


def _time(a: Sight, b: Sight) -> str:
    """Nobody is at two devices in two networks at once; two people at one table are."""
    found = "apart"
    begins = [span[0] for span in b.spans]
    for begin, end, networks in a.spans:
        near = bisect_left(begins, begin - _LONGEST_STAY_MS)
        for their_begin, their_end, their_networks in b.spans[near:]:
            if their_begin > end + _HANDOFF_MS:
                break
            overlap = min(end, their_end) - max(begin, their_begin)
            if overlap > _TOGETHER_MS:
                if not networks & their_networks:
                    return "together elsewhere"
                found = "together at home"
            elif overlap > -_HANDOFF_MS and found == "apart":
                found = "handoff"
    return found


def _items(a: Sight, b: Sight, crowd: Crowd) -> str | None:
    """Nobody is compared by what they have not looked at."""
    if not a.items or not b.items:
        return None
    both = crowd.surprise(a.items & b.items)
    if both <= 0:
        return "none"
    share = both / max(both, min(crowd.surprise(a.items), crowd.surprise(b.items)))
    if both < _LEAST_SURPRISE or share < _MANY:
        return "few"
    return "most" if share >= _MOST else "many"


def _click(a: Sight, b: Sight) -> str | None:
    if not a.clicks or not b.clicks:
        return None
    return "same" if a.clicks & b.clicks else "none"


_NOWHERE = Place()
