"""Lots: chance keeps an offer honest by holding some people out and trying depths on others.

What chance decides is written down with the probability that each depth had, so that the effect of
the offer can be told later, whatever policy was in force (Horvitz & Thompson, 1952).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tailorbird.decide.offers.offer import Offer
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.ids import PersonId

NOTHING = 0.0
"""The depth of those who are given nothing."""

_WHOLE = 2**64


class Lot(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What one person drew.

    Attributes:
        offer: its name.
        depth: in percent or major units; 0 for nothing.
        meant: what the policy alone would have given.
        action_probabilities: by depth, the chance that this person had of it; 0 for nothing.
    """

    offer: str
    depth: float
    meant: float
    action_probabilities: dict[str, float]


class Drawn(msgspec.Struct, frozen=True, gc=False):
    """A lot as the journal tells it: who drew it, and when."""

    person: PersonId
    user_id: str | None
    anonymous_id: str | None
    at_ms: int
    lot: Lot


def luck_of(offer: Offer, person: str) -> float:
    """Return a number in [0, 1) that is always the same for one person and offer."""
    digest = hashlib.blake2b(f"offer\0{offer.name}\0{person}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _WHOLE


def is_held_out(offer: Offer, luck: float) -> bool:
    """Return whether the lot says: nothing."""
    return luck < offer.holdout


def tried_depth(offer: Offer, luck: float, possible: tuple[float, ...]) -> float | None:
    """Return the depth that is tried on somebody, whatever the policy says; None for no trial."""
    beyond = luck - offer.holdout
    if not possible or not 0.0 <= beyond < offer.explore:
        return None
    return possible[min(int(beyond / offer.explore * len(possible)), len(possible) - 1)]


def lot_of(offer: Offer, given: float, chosen: float, possible: tuple[float, ...]) -> Lot | None:
    """Return what to write down; None where chance had no say.

    Args:
        offer: which.
        given: what the lot or the policy gave; 0 for nothing.
        chosen: what the policy alone would give; 0 for nothing.
        possible: the depths that could have been tried on this person and basket.
    """
    chances = {NOTHING: offer.holdout}
    tried = offer.explore if possible else 0.0
    for depth in possible:
        chances[depth] = chances.get(depth, 0.0) + tried / len(possible)
    chances[chosen] = chances.get(chosen, 0.0) + 1.0 - offer.holdout - tried
    told = {
        key_of(depth): float(f"{chance:.9g}") for depth, chance in chances.items() if chance > 0.0
    }
    return Lot(offer.name, given, chosen, told) if len(told) > 1 else None


def key_of(depth: float) -> str:
    """Return how a depth is written as a key: `7.5`, `10`."""
    return f"{depth:g}"


def lots_in(records: Iterable[DecisionRecord]) -> Iterator[Drawn]:
    """Yield the lots of the journal, in its order; who drew none is not in it."""
    for record in records:
        if record.person is None:
            continue
        for slot in record.decisions:
            for lot in _told(slot):
                yield Drawn(record.person, record.user_id, record.anonymous_id, record.at_ms, lot)


def _told(slot: Any) -> tuple[Lot, ...]:  # noqa: ANN401 - the journal keeps plain objects
    found = slot.get("lots") if isinstance(slot, Mapping) else None
    return msgspec.convert(found, tuple[Lot, ...]) if found else ()
