"""The doors of rollouts: how far one has come, what it would do now, holding it by hand."""

from typing import Any

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.errands import Errands
from tailorbird.api.experiments import UnknownExperiment
from tailorbird.api.http import Answer, Call, Door, answer, decoded
from tailorbird.compose import Install
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.ports import Deed
from tailorbird.configure.words import meant
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Experiment
from tailorbird.experiments.rollout import WHOLE, Rollout, RolloutState
from tailorbird.experiments.staging import Edit, by_hand, stages_in, state_of, with_stage
from tailorbird.measure.following import next_share
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import format_time, parse_time_ms

_MOST_BODY = 4 * 1024


class RolloutShown(msgspec.Struct, frozen=True, rename="camel"):
    """How far a rollout has come.

    Attributes:
        experiment: whose.
        arm: that is rolled out.
        state: `running`, `paused`, `stopped` (rolled back), or `done` (everybody has it).
        share: percent of people who have the arm now.
        steps: as declared.
        next: the share after the next step; None where none follows.
        since: since when the share is so; None before the rollout has begun.
        due_at: when the next step may be made at the soonest.
        says: why it is where it is.
    """

    experiment: str
    arm: str
    state: str
    share: float
    steps: tuple[float, ...]
    next: float | None
    since: str | None
    due_at: str | None
    says: str


class RolloutDoors:
    """Doors for whoever watches a rollout."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._clock = install.clock
        self._errands = Errands(install.settings)

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/v1/experiments/{name}/rollout", self.show),
            ("PATCH", "/v1/experiments/{name}/rollout", self.change),
            ("POST", "/v1/experiments/{name}/rollout/rehearse", self.rehearse),
        ]

    async def show(self, call: Call) -> Answer:
        """Show how far a rollout has come, and what comes next."""
        visitor, one = await self._found(call)
        return answer(rollout_shown(visitor.shop.configurator.active, one))

    async def change(self, call: Call) -> Answer:
        """Hold a rollout, let it go on, or set its share by hand: a new version, in the audit."""
        visitor, one = await self._found(call)
        edit = decoded(await call.body(_MOST_BODY), Edit, "`paused` and `share`")
        now_ms, desk = self._clock(), visitor.shop.configurator

        def wanted(active: Configuration) -> dict[str, str]:
            return with_stage(active, by_hand(active, one, edit, now_ms))

        note = by_hand(desk.active, one, edit, now_ms).says
        await desk.amend(wanted, Deed(visitor.key.id, now_ms, f"rollout of {one.name}: {note}"))
        return answer(rollout_shown(desk.active, one))

    async def rehearse(self, call: Call) -> Answer:
        """Say what a rollout would do now, and why; nothing is done."""
        visitor, one = await self._found(call)
        shop = visitor.shop
        await shop.journal.flush()
        await shop.state.flush()
        words = ("experiment", "rollout", one.name, "--rehearse")
        return Answer(body=await self._errands.measured(*words, of=shop.name))

    async def _found(self, call: Call) -> tuple[Visitor, Experiment]:
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        return visitor, with_rollout(visitor.shop.configurator.active, call.params["name"])


def with_rollout(active: Configuration, name: str) -> Experiment:
    """Return an experiment that has a rollout.

    Raises:
        UnknownExperiment: there is none by this name.
    """
    known = {one.name: one for one in active.of(EXPERIMENTS) if one.rollout is not None}
    if name not in known:
        raise UnknownExperiment(f"No experiment {name[:60]!r} has a rollout{meant(name, known)}")
    return known[name]


def rollout_shown(active: Configuration, one: Experiment) -> RolloutShown:
    """Return how far the rollout of an experiment has come."""
    said, stage = one.rollout or Rollout(), stages_in(active).get(one.name)
    share = said.first if stage is None else stage.share
    over = stage is not None and stage.state in {RolloutState.STOPPED, RolloutState.DONE}
    due: dict[str, Any] = {"next": None, "due_at": None}
    if not over:
        due["next"] = next_share(said, share) if share < WHOLE else None
    if stage is not None and not over:
        due["due_at"] = format_time(parse_time_ms(stage.since) + length_ms(said.every))
    return RolloutShown(
        experiment=one.name,
        arm=one.arm,
        state=state_of(one, stage) or "",
        share=0.0 if stage is not None and stage.state is RolloutState.STOPPED else share,
        steps=said.steps,
        since=None if stage is None else stage.since,
        says="It has not begun." if stage is None else stage.says,
        **due,
    )
