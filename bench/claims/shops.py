"""Many small simulated shops in which both arms are alike: how often a difference is seen."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from bench.claims.claim import ALPHA, Claim
from bench.claims.fixed import REVENUE, chance
from tailorbird.bench.rehearsal.living import Lived, World
from tailorbird.bench.rehearsal.rehearsing import assignment
from tailorbird.bench.rehearsal.scene import START_MS, Plan, Scene, prepare
from tailorbird.measure.comparing import Estimate, compare
from tailorbird.measure.sums import Sums
from tailorbird.spine.clock import DAY_MS

TOPIC = "simulated shops"
SMALL = Plan(shoppers=400, days=7, past_days=3, policies=("bestsellers", "similar"), holdout=0.0)
"""A shop too young for models; only the names of its arms differ."""
_SPLITS = 200


def claims(shops: int) -> Iterator[Claim]:
    """Yield the share of A/A experiments that see a difference, over shops and splits."""
    plain: list[bool] = []
    adjusted: list[bool] = []
    exposed = 0
    for seed in range(1, shops + 1):
        plan = msgspec.structs.replace(SMALL, seed=seed)
        with tempfile.TemporaryDirectory(prefix="tailorbird-evidence-") as folder:
            scene, lived = asyncio.run(_lived(Path(folder), plan))
        exposed += int((lived.exposed_ms >= 0).sum())
        for number in range(_SPLITS):
            arms = _arms(plan, number, scene, lived)
            plain.append(_rejects(compare(REVENUE, *arms, (), ALPHA)))
            adjusted.append(_rejects(compare(REVENUE, *arms, ("before", "came"), ALPHA)))
    _, high = chance(ALPHA, len(plain))
    made = f"{shops} shops of {SMALL.shoppers} shoppers, {exposed / shops:.0f} of them exposed"
    for way, found in (("Welch", plain), ("CUPED", adjusted)):
        share = float(np.mean(found))
        what = f"{made}, {_SPLITS} splits of each, both arms alike ({way}): rejected at 5 %"
        yield Claim(TOPIC, what, f"≤ 5 %, by luck to {high:.1%}", f"{share:.2%}", share <= high)


async def _lived(folder: Path, plan: Plan) -> tuple[Scene, Lived]:
    """Live through a shop's days with everybody under the control."""
    scene = await prepare(folder, plan, _silent)
    world = World(scene, (plan.policies[0],) * plan.shoppers)
    until_ms = START_MS + plan.days * DAY_MS
    return scene, await world.live(folder, until_ms, "alike", _silent)


def _arms(plan: Plan, number: int, scene: Scene, lived: Lived) -> tuple[Sums, Sums]:
    """Return the sums of both arms of one split, made by the product's own assignment."""
    variants = np.array(assignment(plan, f"-{number}"))
    columns = {"revenue": lived.revenue, "before": scene.before, "came": scene.came}
    masks = [(variants == arm) & (lived.exposed_ms >= 0) for arm in plan.policies]
    first, second = (Sums.of({name: one[mask] for name, one in columns.items()}) for mask in masks)
    return first, second


def _rejects(one: Estimate) -> bool:
    return one.interval is not None and one.interval.excludes(0.0)


def _silent(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""
