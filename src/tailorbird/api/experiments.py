"""The doors of experiments: which there are, what their numbers say, how long the next must run."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.errands import Errands
from tailorbird.api.http import Answer, Call, Door, answer, decoded
from tailorbird.compose import Install
from tailorbird.configure.words import meant
from tailorbird.experiments.configuration import EXPERIMENTS, HOLDOUTS
from tailorbird.experiments.experiment import HELD_OUT, Experiment
from tailorbird.experiments.staging import experiments_in, stages_in, state_of
from tailorbird.measure.powering import Wish, planned
from tailorbird.spine.errors import NotFound

_MOST_BODY = 16 * 1024


class UnknownExperiment(NotFound):
    """There is no experiment by this name."""

    remedy = "GET /v1/experiments names those that exist."


class ExperimentShown(msgspec.Struct, frozen=True, rename="camel"):
    """One experiment as configured, and what is known of it at once.

    Attributes:
        changed_in: the version of the configuration that changed it last.
        weights: each arm's share of the traffic.
        released: the arm that everybody has, once the trial is over.
        rollout: what its rollout does now, `running`, `paused`, `stopped` or `done`; None without.
        crossed: people who turned out to have seen two arms, since the server started.
    """

    name: str
    description: str
    status: str
    unit: str
    control: str
    weights: dict[str, float]
    layer: str | None
    traffic: tuple[float, ...]
    placements: tuple[str, ...]
    flags: tuple[str, ...]
    holdout: bool
    exposed_by: str
    has_gate: bool
    released: str | None
    rollout: str | None
    changed_in: int
    crossed: int


class ExperimentsShown(msgspec.Struct, frozen=True, rename="camel"):
    """All experiments, and the share of units that none of them reaches."""

    experiments: tuple[ExperimentShown, ...]
    holdout: float


class ExperimentDoors:
    """Doors for whoever runs experiments."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._errands = Errands(install.settings)

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/experiments"): self.list,
            ("POST", "/v1/experiments/plan"): self.plan,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/experiments/{name}/reading", self.reading)]

    async def list(self, call: Call) -> Answer:
        """Show all experiments that are configured."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        active = visitor.shop.configurator.active
        shown = tuple(_shown(one, visitor) for one in experiments_in(active))
        return answer(ExperimentsShown(shown, sum(one.share for one in active.of(HOLDOUTS))))

    async def reading(self, call: Call) -> Answer:
        """Read an experiment: its health first, then each metric's effects, and its gate.

        `holdout` is the global one: everything together against those who are kept out.
        """
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        name = call.params["name"]
        active = visitor.shop.configurator.active
        known = [one.name for one in active.of(EXPERIMENTS)]
        known += [HELD_OUT for one in active.of(HOLDOUTS) if one.share > 0.0]
        if name not in known:
            raise UnknownExperiment(f"There is no experiment {name[:60]!r}{meant(name, known)}")
        await visitor.shop.journal.flush()
        await visitor.shop.state.flush()
        shop = visitor.shop.name
        return Answer(body=await self._errands.measured("experiment", "read", name, of=shop))

    async def plan(self, call: Call) -> Answer:
        """Say how many units, and days of traffic, an experiment needs."""
        await self._keeper.admit(call, Scope.ADMIN)
        wish = decoded(await call.body(_MOST_BODY), Wish, "a plan's question")
        return answer(planned(wish))


def _shown(one: Experiment, visitor: Visitor) -> ExperimentShown:
    shop = visitor.shop
    return ExperimentShown(
        name=one.name,
        description=one.description,
        status=one.status.value,
        unit=one.unit.value,
        control=one.control,
        weights=one.shares,
        layer=one.layer,
        traffic=one.part,
        placements=tuple(sorted(one.placements)),
        flags=tuple(sorted(one.flags)),
        holdout=one.holdout,
        exposed_by=one.exposed_by.value,
        has_gate=one.gate is not None,
        released=one.released,
        rollout=state_of(one, stages_in(shop.configurator.active).get(one.name)),
        changed_in=shop.configurator.active.changed_in(EXPERIMENTS.field, one.name),
        crossed=shop.experimenter.crossed[one.name],
    )
