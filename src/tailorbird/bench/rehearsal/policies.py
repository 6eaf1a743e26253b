"""The policies that can be rehearsed: placements of an item's page that weigh different things."""

import json
from collections.abc import Sequence

import msgspec

from tailorbird.decide.placements import Filters, Placement, Weights
from tailorbird.spine.errors import BadRequest

SHOWN = 6
CONTROL = "bestsellers"
"""What the others are compared with, and what the holdout sees."""

_KINDS: dict[str, tuple[str, Weights, float]] = {
    "bestsellers": ("what sells best", Weights(popular=1.0), 0.0),
    "trending": ("what sells best of late", Weights(popular=0.05, trending=1.0), 0.0),
    "similar": ("what is like the item", Weights(similar=1.0, popular=0.02), 0.0),
    "session": ("what comes next in visits like this", Weights(session=1.0, popular=0.02), 0.0),
    "leanings": ("what the person leans to", Weights(affinity=1.0, popular=0.02), 0.6),
    "blend": (
        "the product's own policy for an item's page",
        Weights(session=1.0, similar=0.5, affinity=0.1, popular=0.05),
        0.6,
    ),
}

POLICIES: dict[str, str] = {name: said for name, (said, _, _) in _KINDS.items()}
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
    _, weights, lean = _KINDS[policy]
    return Placement(
        name=slot_of(policy), limit=SHOWN, weights=weights, lean=lean, filters=Filters()
    )


def slot_of(policy: str) -> str:
    """Return the name of a policy's placement."""
    return f"rehearsal_{policy}"


def files_of(policies: Sequence[str]) -> dict[str, str]:
    """Return a configuration with a placement for each policy; JSON is YAML, too."""
    placements = [msgspec.to_builtins(placement_of(policy)) for policy in policies]
    for one in placements:
        del one["version"], one["bandit"]
    return {"rehearsal.yaml": json.dumps({"placements": placements}, indent=1)}
