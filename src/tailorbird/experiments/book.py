"""The book: all experiments and flags of a configuration, ready, found by what they touch."""

from collections.abc import Iterable, Mapping

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.experiments.assigning import Split
from tailorbird.experiments.configuration import FLAGS, HOLDOUTS
from tailorbird.experiments.experiment import Experiment, Flag, Status
from tailorbird.experiments.staging import experiments_in


class Book(msgspec.Struct, frozen=True):
    """What can be assigned now.

    Attributes:
        by_placement: placement → the experiments that vary it.
        by_flag: flag → the experiments that vary it.
        by_name: every one of them.
        flags: every flag by name.
    """

    by_placement: Mapping[str, tuple[Split, ...]] = {}
    by_flag: Mapping[str, tuple[Split, ...]] = {}
    by_name: Mapping[str, Split] = {}
    flags: Mapping[str, Flag] = {}


NO_BOOK = Book()


def book(configuration: Configuration) -> Book:
    """Return the experiments that run, the drafts that have overrides, and all flags."""
    held_out = sum(one.share for one in configuration.of(HOLDOUTS))
    splits = [Split.of(one, held_out) for one in experiments_in(configuration) if _reaches(one)]
    return Book(
        by_placement=_by((split, split.experiment.placements) for split in splits),
        by_flag=_by((split, split.experiment.flags) for split in splits),
        by_name={split.experiment.name: split for split in splits},
        flags={flag.name: flag for flag in configuration.of(FLAGS)},
    )


def _reaches(one: Experiment) -> bool:
    return one.status is Status.RUNNING or (one.status is Status.DRAFT and bool(one.overrides))


def _by(touched: Iterable[tuple[Split, set[str]]]) -> dict[str, tuple[Split, ...]]:
    found: dict[str, tuple[Split, ...]] = {}
    for split, names in touched:
        for name in names:
            found[name] = (*found.get(name, ()), split)
    return found
