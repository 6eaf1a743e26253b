"""Experiments, flags and the holdout as configuration: what would be wrong is said when applied."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.configure.words import meant
from tailorbird.experiments.experiment import (
    HELD_OUT,
    Experiment,
    Flag,
    Holdout,
    Status,
    Variant,
)
from tailorbird.experiments.rollout_faults import rollout_faults

MOST_VARIANTS = 20
_KINDS_OF_IDENTIFIER = ("user:", "anonymous:")

More = Callable[[Experiment, Known], Iterable[Fault]]


def _experiment(one: Experiment, known: Known) -> Iterator[Fault]:
    if one.name == HELD_OUT:
        yield Fault("$.name", f"`{HELD_OUT}` is what the reading of the global holdout is called")
    yield from _arms(one, known)
    yield from _reach(one)
    for key, arm in one.overrides.items():
        if not key.startswith(_KINDS_OF_IDENTIFIER):
            yield Fault(f"$.overrides.{key}", "an override names `user:ID` or `anonymous:ID`")
        if arm not in one.shares:
            hint = meant(arm, one.shares)
            yield Fault(f"$.overrides.{key}", f"there is no variant `{arm}`{hint}")
    if one.released is not None and one.released not in one.shares:
        hint = meant(one.released, one.shares)
        yield Fault("$.released", f"`released`: there is no variant `{one.released}`{hint}")
    if one.rollout is not None and one.control in one.shares:
        yield from rollout_faults(one, one.rollout)
    yield from _neighbors(one, known)


def _arms(one: Experiment, known: Known) -> Iterator[Fault]:
    if not 2 <= len(one.variants) <= MOST_VARIANTS:
        yield Fault("$.variants", f"there must be 2 to {MOST_VARIANTS} variants")
    if len(one.shares) < len(one.variants):
        yield Fault("$.variants", "two variants have one name")
    if one.control not in one.shares:
        hint = meant(one.control, one.shares)
        yield Fault("$.control", f"`control`: there is no variant `{one.control}`{hint}")
    for index, variant in enumerate(one.variants):
        path = f"$.variants[{index}]"
        if not variant.name or variant.name == HELD_OUT:
            yield Fault(path, f"a variant needs a name, and not `{HELD_OUT}`")
        if not 0.0 < variant.weight < 1e9:
            yield Fault(f"{path}.weight", "`weight` must be above 0")
        yield from _flags_of(variant, path, known)


def _flags_of(variant: Variant, path: str, known: Known) -> Iterator[Fault]:
    flags = known.of(FLAGS)
    for name, value in variant.flags.items():
        flag = flags.get(name)
        where = f"{path}.flags.{name}"
        if flag is None:
            yield Fault(where, f"there is no flag `{name}`{meant(name, flags)}")
        elif kind_of(value) != kind_of(flag.value) and not _widens(value, flag.value):
            wanted = kind_of(flag.value)
            yield Fault(where, f"`{name}` is a {wanted}, and this is a {kind_of(value)}")


def _reach(one: Experiment) -> Iterator[Fault]:
    start, end = one.part
    if not 0.0 <= start < end <= 1.0:
        yield Fault("$.traffic", "`traffic` is a share up to 1, or from where to where: [0, 0.5]")
    if one.window_days is not None and one.window_days <= 0:
        yield Fault("$.windowDays", "`windowDays` must be above 0")
    if one.detect <= 0.0:
        yield Fault("$.detect", "`detect` must be above 0")


def _neighbors(one: Experiment, known: Known) -> Iterator[Fault]:
    """Two experiments may vary one thing, or share one part of a layer, only if one has ended."""
    if one.status is Status.STOPPED:
        return
    for other in known.of(EXPERIMENTS).values():
        if other.name == one.name or other.status is Status.STOPPED:
            continue
        shared = one.layer is not None and one.layer == other.layer
        if shared and _overlap(one, other):
            yield Fault(
                "$.traffic",
                f"it shares traffic of the layer `{one.layer}` with `{other.name}`: give each "
                "a part of its own, such as [0, 0.5] and [0.5, 1]",
            )
        if shared and one.unit is not other.unit:
            yield Fault("$.unit", f"`{other.name}` in its layer assigns by {other.unit.value}")
        both = sorted((one.placements & other.placements) | (one.flags & other.flags))
        if both and not shared:
            yield Fault("$", f"`{other.name}` varies `{both[0]}` too: put both into one `layer`")


def _overlap(one: Experiment, other: Experiment) -> bool:
    return max(one.part[0], other.part[0]) < min(one.part[1], other.part[1])


def _holdout(one: Holdout, known: Known) -> Iterator[Fault]:
    if not 0.0 <= one.share < 1.0:
        yield Fault("$.share", "`share` must be at least 0 and less than 1")
    if len(known.names(HOLDOUTS.field)) > 1:
        yield Fault("$", "there can be one holdout only")


def _flag(one: Flag, _known: Known) -> Iterator[Fault]:
    if "/" in one.name:
        yield Fault("$.name", "the name of a flag has no `/`")


def kind_of(value: object) -> str:
    """Return what OpenFeature calls the type of a value."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "string"
        case _:
            return "object"


def _widens(value: object, wanted: object) -> bool:
    """A whole number may stand for a float: it is answered with a decimal point."""
    return kind_of(value) == "integer" and kind_of(wanted) == "float"


def checked(*more: More) -> Kind[Experiment]:
    """Return the kind with checks of rooms further up beside this room's own."""

    def check(one: Experiment, known: Known) -> Iterator[Fault]:
        for looks in (_experiment, *more):
            yield from looks(one, known)

    return msgspec.structs.replace(EXPERIMENTS, check=check)


def checked_holdouts(*more: Callable[[Holdout, Known], Iterable[Fault]]) -> Kind[Holdout]:
    """Return the kind of holdouts with checks of rooms further up beside this room's own."""

    def check(one: Holdout, known: Known) -> Iterator[Fault]:
        for looks in (_holdout, *more):
            yield from looks(one, known)

    return msgspec.structs.replace(HOLDOUTS, check=check)


HOLDOUTS = Kind("holdouts", "holdout", Holdout, check=_holdout)
FLAGS = Kind("flags", "flag", Flag, check=_flag)
EXPERIMENTS = Kind("experiments", "experiment", Experiment, check=_experiment)
