"""A rollout: more and more people get an arm, step by step, as long as the numbers allow it.

What the shop declares stands in its experiment. How far the rollout has come stands beside it, as
a stage in a file of the same configuration that the server writes: each step is a version.
"""

from enum import StrEnum
from typing import Any

import msgspec

STEPS = (5.0, 25.0, 50.0, 100.0)
WHOLE = 100.0


class Rollout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How an arm is rolled out.

    Attributes:
        steps: percent of people who get the arm, one step after the other.
        every: the shortest time between two steps.
        at: where it stands by hand: a change of it wins over what the rollout has done so far.
        gate: asked for every step but the last; the experiment's own gate where left out.
        paused: no step is made; harm still rolls back.
    """

    steps: tuple[float, ...] = STEPS
    every: str = "1d"
    at: float | None = None
    gate: dict[str, Any] | None = None
    paused: bool = False

    @property
    def first(self) -> float:
        """The share with which it begins, in percent."""
        return self.steps[0] if self.at is None else self.at


class RolloutState(StrEnum):
    """What a rollout does now."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the rollout of an experiment has come.

    Attributes:
        name: the experiment's.
        declared: digest of what the stage rests on; where the file says another, the file wins.
        share: percent of people who get the arm.
        since: since when, as ISO 8601.
        state: what it does now.
        says: why, in the words of the gate, or of whoever changed it.
    """

    name: str
    declared: str
    share: float
    since: str
    state: RolloutState = RolloutState.RUNNING
    says: str = ""
