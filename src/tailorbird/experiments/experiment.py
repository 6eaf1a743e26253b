"""What an experiment, a flag and the global holdout are, as the shop's files declare them."""

from enum import StrEnum
from typing import Any

import msgspec

from tailorbird.experiments.rollout import WHOLE, Rollout

HELD_OUT = "holdout"
"""What answers call the arm of those whom no experiment may reach."""

EVERYTHING = "everything"
"""The other side of the holdout: whoever is not kept out, whatever experiments they are in."""


class Unit(StrEnum):
    """What is put into an arm as a whole."""

    PERSON = "person"
    ACCOUNT = "account"
    REGION = "region"
    SESSION = "session"


class Status(StrEnum):
    """Whether an experiment runs; a draft reaches only those whom `overrides` names."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"


class ExposedBy(StrEnum):
    """What makes an assigned unit an exposed one."""

    VIEWED = "viewed"
    DECIDED = "decided"


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One arm: its share of the traffic, and what is different in it.

    Attributes:
        name: unique in its experiment.
        weight: its share, in any unit: 1 and 1 are as 50 and 50.
        placements: placement → the fields of its policy that differ.
        flags: flag → its value in this arm.
    """

    name: str
    weight: float = 1.0
    placements: dict[str, dict[str, Any]] = {}
    flags: dict[str, Any] = {}


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An experiment.

    Attributes:
        name: unique; the salt of its split, too, unless `salt` is given.
        variants: its arms.
        control: the arm that the others are compared with.
        unit: what is put into an arm as a whole.
        status: whether it runs.
        layer: experiments of one layer share its traffic, each has its own part of it; those of
            different layers know nothing of each other. Left out: a layer of its own.
        traffic: the part of the layer: a share from 0 on, or from where to where. Widening it lets
            units join, and moves nobody.
        holdout: whether the global holdout keeps out of it.
        exposed_by: `viewed`: when `Recommendation Viewed` says so; `decided`: by the answer itself,
            for arms that show nothing.
        overrides: identifier, such as `user:u1`, → arm; for testing, never counted.
        metrics: as `tailorbird experiment read --metric` takes them, or written out; the first
            decides.
        covariates: what is known before exposure; `before:COLUMN` adds up earlier outcomes.
        window_days: outcomes count so many days after the first exposure; None: without end.
        detect: the relative effect that matters.
        gate: when to go on, wait or stop.
        rollout: by which steps more people get the arm, as long as the gate says go.
        released: the arm that everybody has whom the experiment reaches: the trial is over.
        salt: another one puts everybody anew.
    """

    name: str
    variants: tuple[Variant, ...]
    description: str = ""
    control: str = "control"
    unit: Unit = Unit.PERSON
    status: Status = Status.DRAFT
    layer: str | None = None
    traffic: float | tuple[float, float] = 1.0
    holdout: bool = True
    exposed_by: ExposedBy = ExposedBy.VIEWED
    overrides: dict[str, str] = {}
    metrics: tuple[str | dict[str, Any], ...] = ("revenue_per_user", "conversion")
    covariates: tuple[str, ...] = ("before:revenue",)
    window_days: float | None = None
    detect: float = 0.05
    gate: dict[str, Any] | None = None
    rollout: Rollout | None = None
    released: str | None = None
    salt: str | None = None

    @property
    def part(self) -> tuple[float, float]:
        """From where to where of its layer it reaches."""
        return self.traffic if isinstance(self.traffic, tuple) else (0.0, self.traffic)

    @property
    def placements(self) -> set[str]:
        """The placements that it varies."""
        return {name for one in self.variants for name in one.placements}

    @property
    def flags(self) -> set[str]:
        """The flags that it varies."""
        return {name for one in self.variants for name in one.flags}

    @property
    def shares(self) -> dict[str, float]:
        """Each arm's weight."""
        return {one.name: one.weight for one in self.variants}

    @property
    def arm(self) -> str:
        """The arm that a rollout is about: the first beside control."""
        return next((name for name in self.shares if name != self.control), self.control)

    @property
    def most_tried(self) -> float:
        """The percent of people who have that arm when all traffic is tried."""
        return WHOLE * self.shares[self.arm] / sum(self.shares.values())


class Holdout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Those whom no experiment reaches, so that all of them together can be judged.

    Attributes:
        share: of people.
        metrics, covariates, window_days, detect: of its reading, as of an experiment's.
    """

    name: str = "global"
    share: float = 0.05
    metrics: tuple[str | dict[str, Any], ...] = ("revenue_per_user", "conversion")
    covariates: tuple[str, ...] = ("before:revenue",)
    window_days: float | None = None
    detect: float = 0.05


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that the shop's own code asks for.

    Attributes:
        name: by which it is asked for.
        value: what everybody gets whom no experiment reaches; its type is the flag's.
        enabled: switched off, it has its value for everybody.
    """

    name: str
    value: bool | int | float | str | dict[str, Any] | list[Any]
    description: str = ""
    enabled: bool = True
