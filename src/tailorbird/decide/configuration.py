"""Placements as configuration: what files may say of them, and what of that would be wrong."""

from collections.abc import Iterator

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.decide.placements import DEFAULT_PLACEMENTS, Placement, Placements

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


def _faults(placement: Placement, _known: Known) -> Iterator[Fault]:
    if not 1 <= placement.limit <= MOST_SHOWN:
        yield Fault("$.limit", f"`limit` must be 1 to {MOST_SHOWN}")
    if not 0 <= placement.explore_share <= _MOST_EXPLORED:
        yield Fault("$.exploreShare", f"`exploreShare` must be 0 to {_MOST_EXPLORED}")
    if placement.lean < 0:
        yield Fault("$.lean", "`lean` must not be negative")
    for source, weight in msgspec.structs.asdict(placement.weights).items():
        if weight < 0:
            yield Fault(f"$.weights.{source}", f"the weight of `{source}` must not be negative")


PLACEMENTS = Kind("placements", "placement", Placement, DEFAULT_PLACEMENTS, _faults)
