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
)

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
    if placement.bandit is not None and (
        placement.kind is not PlacementKind.CONTENT or not placement.creatives
    ):
        yield Fault("$.bandit", "a bandit needs a placement of kind `content` with `creatives`")
    yield from _action_faults(placement, known)
    yield from _business_faults(placement.business)
    if placement.lean < 0:
        yield Fault("$.lean", "`lean` must not be negative")
    for source, weight in msgspec.structs.asdict(placement.weights).items():
        if weight < 0:
            yield Fault(f"$.weights.{source}", f"the weight of `{source}` must not be negative")


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
