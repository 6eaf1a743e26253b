"""The rehearsal: one world with an experiment in it, and one for each policy that everybody sees.

The worlds for each policy tell what every shopper would have spent under it: the true effects. The
experiment sees one of those for each shopper, as any experiment does, and is read by the product's
own analyst from a table of exposures and outcomes.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.bench.rehearsal.living import Lived, World
from tailorbird.bench.rehearsal.policies import learns, placement_of
from tailorbird.bench.rehearsal.report import UpliftLine
from tailorbird.bench.rehearsal.scene import Floats, Plan, Scene, Told, prepare
from tailorbird.bench.rehearsal.teaching import PAST, Teach, learn
from tailorbird.experiments.assigning import KEPT_OUT, Split, assigned_many
from tailorbird.experiments.experiment import HELD_OUT, Experiment, Status, Variant
from tailorbird.experiments.hashing import fingerprint
from tailorbird.measure.analysis import read
from tailorbird.measure.gathering import gather
from tailorbird.measure.metrics import Mean, Proportion
from tailorbird.measure.question import Question
from tailorbird.measure.reading import Reading
from tailorbird.measure.tables import Table
from tailorbird.spine.clock import DAY_MS, format_time
from tailorbird.spine.errors import BadRequest

TABLE = "exposures.csv"
NAME = "rehearsal"
_COLUMNS = ("shopper", "variant", "exposed_at", "revenue", "orders", "before", "came")


class BadRehearsal(BadRequest):
    """The rehearsal as asked for makes no sense."""

    remedy = "Name two policies or more, each once; see `tailorbird simulate --help`."


class Rehearsed(msgspec.Struct, frozen=True, eq=False):
    """What a rehearsal found.

    Attributes:
        plan: as asked for.
        visits: how many there were in each world.
        variants: by shopper, the policy of the experiment, or `holdout`.
        exposed: bool[shoppers], who came to a page that recommends; the same in every world.
        before, came: float64[shoppers], as in `Scene`.
        experiment: what became of the shoppers in the world with the experiment.
        under: by policy, what would have become of them had everybody seen it.
        reading: what the analyst says of the experiment.
        uplift: what was learned of offers, where a policy needed that.
    """

    plan: Plan
    visits: int
    variants: tuple[str, ...]
    exposed: NDArray[np.bool_]
    before: Floats
    came: Floats
    experiment: Lived
    under: dict[str, Lived]
    reading: Reading
    uplift: UpliftLine | None = None


async def rehearse(folder: Path, plan: Plan, told: Told, teach: Teach | None = None) -> Rehearsed:
    """Rehearse; the same plan finds the same.

    Args:
        folder: empty; the worlds' data and the experiment's table are left there.
        plan: what to rehearse.
        told: hears of progress.
        teach: learns uplift from a data folder; needed by policies that go by it.

    Raises:
        BadRehearsal: there is nothing to compare.
        UnknownPolicy: a policy is not known.
    """
    _check(plan)
    scene, past, uplift = await prepare(folder / PAST, plan, told), folder / PAST, None
    if learns(plan.policies):
        if teach is None:
            raise BadRehearsal("A policy goes by uplift, and there is nobody to teach it.")
        scene, past, uplift = await learn(folder, scene, plan, told, teach)
    variants = assignment(plan)
    control = plan.policies[0]
    shown = tuple(control if one == HELD_OUT else one for one in variants)
    experiment = await _lived(past, scene, plan, ("experiment", shown), told)
    under = {
        policy: await _lived(past, scene, plan, (policy, (policy,) * plan.shoppers), told)
        for policy in plan.policies
    }
    _write(folder / TABLE, scene, variants, experiment)
    return Rehearsed(
        plan=plan,
        visits=len(scene.visits),
        variants=variants,
        exposed=experiment.exposed_ms >= 0,
        before=scene.before,
        came=scene.came,
        experiment=experiment,
        under=under,
        reading=reading_of(folder / TABLE, plan),
        uplift=uplift,
    )


def assignment(plan: Plan, salt: str = "") -> tuple[str, ...]:
    """Return each shopper's policy, or `holdout`, by the product's own assignment."""
    experiment = Experiment(
        name=NAME,
        variants=tuple(Variant(policy) for policy in plan.policies),
        control=plan.policies[0],
        status=Status.RUNNING,
        salt=f"{NAME}-{plan.seed}{salt}",
    )
    units = [fingerprint(f"shopper-{plan.seed}-{place}") for place in range(plan.shoppers)]
    arms = assigned_many(Split.of(experiment, plan.holdout), np.array(units, np.uint64))
    return tuple(HELD_OUT if arm == KEPT_OUT else plan.policies[arm] for arm in arms.tolist())


def reading_of(table: Path, plan: Plan) -> Reading:
    """Return what the analyst says of the table, looked at once, at the end."""
    asked = Question(
        (Mean("revenue", "revenue"), Proportion("orders", "orders")),
        name=NAME,
        control=plan.policies[0],
        covariates=("before", "came"),
        looks="once",
    )
    return read(asked, gather(Table(str(table), "shopper", "variant", "exposed_at"), asked))


def _check(plan: Plan) -> None:
    for policy in plan.policies:
        placement_of(policy)
    if len(plan.policies) < 2 or len(set(plan.policies)) < len(plan.policies):
        raise BadRehearsal("There must be two different policies at least.")
    if plan.shoppers < 1 or plan.days < 1 or plan.past_days < 1:
        raise BadRehearsal("There must be a shopper, a day and a day before at least.")
    if not 0.0 <= plan.holdout < 1.0:
        raise BadRehearsal("The holdout is a share from 0 to less than 1.")


async def _lived(
    past: Path, scene: Scene, plan: Plan, world: tuple[str, tuple[str, ...]], told: Told
) -> Lived:
    name, policy_of = world
    place = past.parent / name
    shutil.copytree(past, place)
    until_ms = scene.start_ms + plan.days * DAY_MS
    lived = await World(scene, policy_of).live(place, until_ms, f"living: {name}", told)
    shutil.rmtree(place)
    return lived


def _write(path: Path, scene: Scene, variants: tuple[str, ...], lived: Lived) -> None:
    """Write who was exposed to what, and what they did; the holdout is no part of it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for place, at_ms in enumerate(lived.exposed_ms.tolist()):
            if at_ms < 0 or variants[place] == HELD_OUT:
                continue
            outcome = (f"{lived.revenue[place]:.2f}", f"{lived.orders[place]:.0f}")
            known = (f"{scene.before[place]:.2f}", f"{scene.came[place]:.0f}")
            number = scene.shoppers[place].number
            rows.writerow((number, variants[place], format_time(at_ms), *outcome, *known))
