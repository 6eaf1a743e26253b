"""Which arm a unit belongs to: pure, so that the same unit always has the same answer.

Three numbers decide, each a place of the unit under a salt of its own: where it falls in the
layer says whether the experiment reaches it, where it falls for the holdout says whether it is
kept out, and where it falls in the experiment says its arm. So a wider `traffic` lets units join
and moves nobody, and the arms of two layers have nothing to do with each other.
"""

from collections.abc import Sequence
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.experiments.experiment import HELD_OUT, Experiment, Status
from tailorbird.experiments.hashing import fingerprint, place, places
from tailorbird.spine.ids import IdentifierKey

_HOLDOUT_SALT = fingerprint("holdout\0global")
OUTSIDE, KEPT_OUT = -1, -2
"""What `assigned_many` says of units that the experiment does not reach, and of the holdout."""


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """An arm for a unit.

    Attributes:
        experiment: its name.
        variant: the arm, or `holdout`.
        unit: what was assigned.
        forced: by an override; such a unit is never counted.
    """

    experiment: str
    variant: str
    unit: str
    forced: bool = False


class Split(msgspec.Struct, frozen=True):
    """An experiment, ready to assign.

    Attributes:
        experiment: as declared.
        layer_salt, arm_salt: fingerprints that place a unit in the layer and among the arms.
        arms: names of the arms that are given; one only, once it is released to everybody.
        ends: float64[arms], where each arm ends between 0 and 1.
        held_out: share of units that are kept out.
    """

    experiment: Experiment
    layer_salt: int
    arm_salt: int
    arms: tuple[str, ...]
    ends: tuple[float, ...]
    held_out: float = 0.0

    @classmethod
    def of(cls, experiment: Experiment, held_out: float = 0.0) -> Self:
        """Return an experiment, ready to assign.

        Args:
            experiment: a valid one.
            held_out: the global holdout's share.
        """
        shares = experiment.shares
        if experiment.released is not None:
            shares = {experiment.released: 1.0}
        weights = np.array(list(shares.values()))
        ends = np.cumsum(weights) / weights.sum()
        ends[-1] = 1.0
        own = experiment.salt or experiment.name
        return cls(
            experiment=experiment,
            layer_salt=fingerprint(f"layer\0{experiment.layer or own}"),
            arm_salt=fingerprint(f"arm\0{own}"),
            arms=tuple(shares),
            ends=tuple(ends.tolist()),
            held_out=held_out if experiment.holdout else 0.0,
        )

    def reaches(self, unit: int) -> bool:
        """Return whether a unit, by its fingerprint, is in the experiment's traffic."""
        start, end = self.experiment.part
        return start <= place(unit, self.layer_salt) < end

    def keeps_out(self, unit: int) -> bool:
        """Return whether a unit, by its fingerprint, is in the global holdout."""
        return self.held_out > 0.0 and place(unit, _HOLDOUT_SALT) < self.held_out

    def arm(self, unit: int) -> str:
        """Return the arm of a unit, by its fingerprint, as if the experiment reached it."""
        at = place(unit, self.arm_salt)
        for name, end in zip(self.arms, self.ends, strict=True):
            if at < end:
                return name
        return self.arms[-1]


def assigned(split: Split, unit: str, *, held_out: bool | None = None) -> str | None:
    """Return the arm of a unit, `holdout`, or None if the experiment does not reach it.

    Args:
        split: the experiment.
        unit: its name.
        held_out: whether it is kept out, where that is settled; None: as its hash says.
    """
    known = fingerprint(unit)
    if split.experiment.status is not Status.RUNNING or not split.reaches(known):
        return None
    kept_out = split.keeps_out(known) if held_out is None else held_out
    return HELD_OUT if kept_out else split.arm(known)


def forced(split: Split, keys: Sequence[IdentifierKey]) -> str | None:
    """Return the arm that an override names for one of some identifiers."""
    for key in keys:
        arm = split.experiment.overrides.get(key)
        if arm is not None:
            return arm
    return None


def assigned_many(split: Split, units: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return int64[units]: for each fingerprint the number of its arm, `OUTSIDE` or `KEPT_OUT`.

    Equal to what `assigned` says of each; for simulations, and for tests of a million ids.
    """
    start, end = split.experiment.part
    among = np.searchsorted(np.array(split.ends), places(units, split.arm_salt), side="right")
    arms = np.minimum(among, len(split.arms) - 1)
    arms = np.where(places(units, _HOLDOUT_SALT) < split.held_out, KEPT_OUT, arms)
    layer = places(units, split.layer_salt)
    reached = (layer >= start) & (layer < end) & (split.experiment.status is Status.RUNNING)
    return np.where(reached, arms, OUTSIDE).astype(np.int64)
