"""Placements as configuration: what files may say of them, and what of that would be wrong."""

from collections.abc import Iterator

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.configure.words import meant
from tailorbird.decide.placements import (
    DEFAULT_PLACEMENTS,
    Business,
    Placement,
    PlacementKind,
    Placements,
    PolicyArm,
)
from tailorbird.decide.policies import FIXED, merged, varied
from tailorbird.experiments.fitting import misfits

MOST_SHOWN = 100
_MOST_EXPLORED = 0.5
_UNSAID = 1


def placements_in(configuration: Configuration) -> Placements:
    """Return the placements in force; each policy is named by the version that changed it last."""
    return Placements(tuple(_numbered(one, configuration) for one in configuration.of(PLACEMENTS)))


def _numbered(placement: Placement, configuration: Configuration) -> Placement:
    if placement.version != _UNSAID:
        return placement
    version = configuration.changed_in(PLACEMENTS.field, placement.name)
    return msgspec.structs.replace(placement, version=version)


def _faults(placement: Placement, known: Known) -> Iterator[Fault]:
    if not 1 <= placement.limit <= MOST_SHOWN:
        yield Fault("$.limit", f"`limit` must be 1 to {MOST_SHOWN}")
    if not 0 <= placement.explore_share <= _MOST_EXPLORED:
        yield Fault("$.exploreShare", f"`exploreShare` must be 0 to {_MOST_EXPLORED}")
    yield from _bandit_faults(placement, known)
    yield from _action_faults(placement, known)
    yield from _business_faults(placement.business)
    if placement.lean < 0:
        yield Fault("$.lean", "`lean` must not be negative")
    for source, weight in msgspec.structs.asdict(placement.weights).items():
        if weight < 0:
            yield Fault(f"$.weights.{source}", f"the weight of `{source}` must not be negative")


def _bandit_faults(placement: Placement, known: Known) -> Iterator[Fault]:
    lists = placement.kind in {PlacementKind.ITEMS, PlacementKind.NAVIGATION}
    if placement.policies and not lists:
        yield Fault("$.policies", "only a placement of kind `items` or `navigation` has `policies`")
        return
    ids = [one.id for one in placement.policies]
    for index, arm in enumerate(placement.policies):
        path = f"$.policies[{index}]"
        if ids.index(arm.id) < index:
            yield Fault(f"{path}.id", f"there are two policies `{arm.id}`")
        yield from _policy_faults(placement, arm, f"{path}.changes", known)
    if placement.bandit is None and placement.policies:
        yield Fault("$.policies", "`policies` need a `bandit` that chooses among them")
    if placement.bandit is not None and (why := _armless(placement)) is not None:
        yield Fault("$.bandit", why)


def _armless(placement: Placement) -> str | None:
    """Return why a bandit would have nothing to choose from; None if it has."""
    match placement.kind:
        case PlacementKind.CONTENT:
            return None if placement.creatives else "a bandit over content needs `creatives`"
        case PlacementKind.ITEMS | PlacementKind.NAVIGATION:
            return None if placement.policies else "a bandit over a list needs `policies`"
        case PlacementKind.OFFER:
            return None
        case PlacementKind.PAYMENT_METHODS | PlacementKind.ACTION:
            return f"a placement of kind `{placement.kind.value}` has no bandit"


def _policy_faults(
    placement: Placement, arm: PolicyArm, path: str, known: Known
) -> Iterator[Fault]:
    for field in (*FIXED, "bandit", "policies"):
        if field in arm.changes:
            yield Fault(f"{path}.{field}", f"a policy cannot change `{field}`")
            return
    shaped = list(misfits(merged(msgspec.to_builtins(placement), arm.changes), Placement, path))
    yield from shaped
    if shaped:
        return
    alone = msgspec.structs.replace(varied(placement, arm.changes), bandit=None, policies=())
    for fault in _faults(alone, known):
        yield Fault(path + fault.path.removeprefix("$"), fault.problem, fault.line)


def _action_faults(placement: Placement, known: Known) -> Iterator[Fault]:
    if placement.actions and placement.kind is not PlacementKind.ACTION:
        yield Fault("$.actions", "only a placement of kind `action` has `actions`")
        return
    names = ("nothing", *known.names("actions"))
    for index, name in enumerate(placement.actions):
        if name not in names:
            hint = meant(name, names)
            yield Fault(f"$.actions[{index}]", f"there is no action `{name}`{hint}")


def _business_faults(business: Business) -> Iterator[Fault]:
    for name in ("relevance", "margin", "freshness"):
        if getattr(business, name) < 0:
            yield Fault(f"$.business.{name}", f"`{name}` must not be negative")
    if business.relevance == 0 and not (business.margin or business.freshness):
        yield Fault("$.business.relevance", "something must count: relevance, margin or freshness")
    if business.min_stock < 0:
        yield Fault("$.business.minStock", "`minStock` must not be negative")
    if business.margin_floor is not None and not -1 <= business.margin_floor <= 1:
        yield Fault("$.business.marginFloor", "`marginFloor` is a share of the price, -1 to 1")


PLACEMENTS = Kind("placements", "placement", Placement, DEFAULT_PLACEMENTS, _faults)
