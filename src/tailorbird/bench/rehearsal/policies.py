"""The policies that can be rehearsed: placements of an item's page that weigh different things."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tailorbird.bench.rehearsal.offers import Giving, offers_of
from tailorbird.decide.placements import Filters, Placement, Ranker, Weights
from tailorbird.spine.errors import BadRequest

SHOWN = 6
CONTROL = "bestsellers"
"""What the others are compared with, and what the holdout sees."""

PLAIN, EVERYBODY, GATED, SEEING = "hybrid", "hybrid+everybody", "hybrid+uplift", "hybrid+truth"
LOTS, ALL_LOTS = "bestsellers+lots", "bestsellers+all_lots"
"""What is lived through to learn from, and to know the truth of what was learned."""


class Kind(NamedTuple):
    """What a policy does: what it says, what it weighs, and whom it gives an offer."""

    says: str
    weights: Weights
    lean: float = 0.0
    ranker: Ranker = Ranker.BLEND
    gives: Giving = Giving.NOBODY


_BLEND = Weights(session=1.0, similar=0.5, affinity=0.1, popular=0.05)
_KINDS: dict[str, Kind] = {
    CONTROL: Kind("what sells best", Weights(popular=1.0)),
    "trending": Kind("what sells best of late", Weights(popular=0.05, trending=1.0)),
    "similar": Kind("what is like the item", Weights(similar=1.0, popular=0.02)),
    "session": Kind("what comes next in visits like this", Weights(session=1.0, popular=0.02)),
    "leanings": Kind("what the person leans to", Weights(affinity=1.0, popular=0.02), 0.6),
    "blend": Kind("the product's own policy for an item's page", _BLEND, 0.6),
    PLAIN: Kind("what the learned ranker says", _BLEND, 0.6, Ranker.HYBRID),
    EVERYBODY: Kind(
        "the same, and 10 % off for everybody", _BLEND, 0.6, Ranker.HYBRID, Giving.EVERYBODY
    ),
    GATED: Kind(
        "the same, and an offer by what it changes", _BLEND, 0.6, Ranker.HYBRID, Giving.BY_UPLIFT
    ),
    SEEING: Kind(
        "the same, and an offer by the hidden truth: what is possible",
        _BLEND,
        0.6,
        Ranker.HYBRID,
        Giving.BY_TRUTH,
    ),
    LOTS: Kind("what sells best, and offers by lot", Weights(popular=1.0), gives=Giving.BY_LOT),
    ALL_LOTS: Kind("the same, to everybody", Weights(popular=1.0), gives=Giving.ALL_BY_LOT),
}

POLICIES: dict[str, str] = {
    name: kind.says for name, kind in _KINDS.items() if name not in {LOTS, ALL_LOTS}
}
"""Each policy's name, and what it shows."""


class UnknownPolicy(BadRequest):
    """There is no policy by this name to rehearse."""

    remedy = "Name some of those that `tailorbird simulate --help` lists."


def placement_of(policy: str) -> Placement:
    """Return the placement that shows what a policy says.

    Raises:
        UnknownPolicy: there is none by this name.
    """
    if policy not in _KINDS:
        known = ", ".join(_KINDS)
        raise UnknownPolicy(f"There is no policy {policy!r} to rehearse; there are {known}.")
    kind = _KINDS[policy]
    return Placement(
        name=slot_of(policy),
        limit=SHOWN,
        weights=kind.weights,
        lean=kind.lean,
        ranker=kind.ranker,
        filters=Filters(),
    )


def slot_of(policy: str) -> str:
    """Return the name of a policy's placement."""
    return f"rehearsal_{policy.replace('+', '_')}"


def gives(policy: str) -> Giving:
    """Return whom a policy gives an offer."""
    return _KINDS[policy].gives


def learns(policies: Sequence[str]) -> bool:
    """Return whether a policy needs an uplift model."""
    return any(gives(policy) is Giving.BY_UPLIFT for policy in policies)


def offers(policies: Sequence[str]) -> bool:
    """Return whether a policy gives offers at all."""
    return any(gives(policy) is not Giving.NOBODY for policy in policies)


def files_of(policies: Sequence[str]) -> dict[str, str]:
    """Return a configuration with a placement for each policy; JSON is YAML, too."""
    placements = [msgspec.to_builtins(placement_of(policy)) for policy in policies]
    for one in placements:
        del one["version"], one["bandit"]
    more = offers_of([gives(policy) for policy in policies])
    files = {"placements": placements + more["placements"], "offers": more["offers"]}
    return {"rehearsal.yaml": json.dumps(files, indent=1)}
