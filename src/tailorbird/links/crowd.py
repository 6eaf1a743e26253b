"""The crowd: all browsers together, so that what few share weighs more than what many share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log

import msgspec

from tailorbird.identity.graph import Link, Node
from tailorbird.links.stays import Place, Sight, Stay, keys_in, sight_of
from tailorbird.spine.ids import IdentifierKey, ItemId, PersonId, anonymous_key

_MOST_SHARING_NETWORK = 40  # browsers; a network that more share finds nobody
_MOST_SHARING_ITEM = 12
_MOST_FOUND = 25


class Owner(msgspec.Struct, frozen=True, gc=False):
    """Whose a browser is now; browsers that several users share have no owner."""

    person: PersonId
    user_id: str | None = None


class Known(msgspec.Struct, frozen=True, gc=False):
    """Somebody with an account, and their browsers' stays."""

    user_id: str
    person: PersonId
    stays: Mapping[str, Sequence[Stay]]

    def sight(self, besides: str | None = None) -> Sight | None:
        """Return what their browsers show, one left out."""
        mine = (one for name, stays in self.stays.items() if name != besides for one in stays)
        return sight_of(mine)


class Crowd:
    """Everybody within the window, found by what they share.

    Args:
        stays: of each browser.
        owners: whose each browser is; those without an owner take no part.
    """

    def __init__(self, stays: Mapping[str, Sequence[Stay]], owners: Mapping[str, Owner]) -> None:
        self.stays = {name: found for name, found in stays.items() if name in owners}
        self.owners = owners
        self.known = _known(self.stays, owners)
        self._sharing: dict[str, set[str]] = {}
        self._places: dict[Place, int] = {}
        for browser, found in self.stays.items():
            sight = sight_of(found)
            if sight is None:
                continue
            for key in keys_in(sight):
                self._sharing.setdefault(key, set()).add(browser)
            for place in sight.places:
                self._places[place] = self._places.get(place, 0) + 1

    def anonymous(self) -> list[str]:
        """Return the browsers of nobody known, by name."""
        return sorted(name for name in self.stays if self.owners[name].user_id is None)

    def near(self, sight: Sight, besides: str) -> list[str]:
        """Return users who share something rare with what was seen: the rarest first, at most 25.

        This is the blocking: nobody else is compared, so that the work grows with the number of
        browsers and not with its square.
        """
        found: dict[str, float] = {}
        for key in keys_in(sight):
            sharing = self._sharing.get(key, _NOBODY)
            most = _MOST_SHARING_ITEM if key.startswith("i:") else _MOST_SHARING_NETWORK
            if len(sharing) > most:
                continue
            weight = 1 / len(sharing) if sharing else 0.0
            users = {self.owners[one].user_id for one in sharing if one != besides}
            for user in users:
                if user is not None:
                    found[user] = found.get(user, 0.0) + weight
        order = sorted(found, key=lambda user: (-found[user], user))
        return order[:_MOST_FOUND]

    def others(self, network: str, user: str, browser: str) -> int:
        """Return how many browsers were in a network that are neither the user's nor the one."""
        sharing = self._sharing.get(f"n:{network}", _NOBODY)
        return sum(one != browser and self.owners[one].user_id != user for one in sharing)

    def surprise(self, items: Iterable[ItemId]) -> float:
        """Return how telling it is that two looked at the same items: the sum of their idf, nats.

        An item that everybody looks at says nothing, one that one browser in a hundred looks at
        says ln 100.
        """
        total = len(self.stays) + 1
        return sum(log(total / (1 + len(self._sharing.get(f"i:{one}", _NOBODY)))) for one in items)

    def share_of(self, place: Place) -> float:
        """Return which share of browsers is at a place, 0 to 1."""
        return self._places.get(place, 0) / max(1, len(self.stays))


_NOBODY: frozenset[str] = frozenset()


def owners_of(
    browsers: Sequence[str],
    links: Mapping[IdentifierKey, Link],
    nodes: Mapping[PersonId, Node],
) -> dict[str, Owner]:
    """Return whose each browser is; those that several users share are left out."""
    owners = {}
    for browser in browsers:
        link = links.get(anonymous_key(browser))
        if link is not None and not link.shared:
            node = nodes.get(link.person)
            owners[browser] = Owner(link.person, None if node is None else node.user_id)
    return owners


def _known(stays: Mapping[str, Sequence[Stay]], owners: Mapping[str, Owner]) -> dict[str, Known]:
    browsers: dict[str, dict[str, Sequence[Stay]]] = {}
    for name, found in stays.items():
        user = owners[name].user_id
        if user is not None:
            browsers.setdefault(user, {})[name] = found
    return {
        user: Known(user, owners[next(iter(theirs))].person, theirs)
        for user, theirs in browsers.items()
    }
