"""Learning before a rehearsal: offers are given by lot, uplift is learned, and its truth is known.

The same weeks are lived through three times: with offers by lot, as a shop would; with no offers;
and with an offer for everybody. The last two tell what an offer truly changed in each shopper; only
those live through them who come again later.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.bench.rehearsal.living import SOON_MS, Lived, World
from tailorbird.bench.rehearsal.policies import ALL_LOTS, CONTROL, LOTS
from tailorbird.bench.rehearsal.report import Covered, UpliftLine
from tailorbird.bench.rehearsal.scene import Plan, Scene, Told, coming, settings_of
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS

PAST, LEARNED = "past", "learned"
Interval = tuple[float, float, float]


class Taught(NamedTuple):
    """What was learned of the effect of offers.

    Attributes:
        at_ms: int64[n], when each person of the trial first drew a lot.
        tenth: int64[n], their deciles, told by models that never saw them.
        average: the measured effect on having ordered within a week, with its 95 % interval.
        deciles: the same by decile, the highest predicted first.
        varies: whether effects were found to differ.
        verdict: what is said of it.
        depths: the depth table that serves: by margin, a depth or None by decile.
    """

    at_ms: NDArray[np.int64]
    tenth: NDArray[np.int64]
    average: Interval
    deciles: tuple[Interval, ...]
    varies: bool
    verdict: tuple[str, ...]
    depths: tuple[tuple[float, tuple[float | None, ...]], ...]


Teach = Callable[[Settings, int], "Taught | str"]
"""Learns uplift in a data folder at a moment; returns the reason where nothing can be learned."""


class Lessons(NamedTuple):
    """The scene after the learning, where it lies, and what is known of what was learned."""

    scene: Scene
    folder: Path
    line: UpliftLine


async def learn(folder: Path, scene: Scene, plan: Plan, told: Told, teach: Teach) -> Lessons:
    """Give offers by lot for some weeks, and learn from them; return the scene that comes then.

    Args:
        folder: with the shop's past in it; worlds are left beside it.
        scene: whose shoppers come.
        plan: how long, and the luck.
        told: hears of progress.
        teach: learns uplift in a data folder.
    """
    weeks = (scene.start_ms, plan.learn_days)
    visits = coming(scene.shop, scene.shoppers, weeks, [plan.seed, 5])
    early = msgspec.structs.replace(scene, visits=visits)
    known = early.first(plan.shoppers)
    until_ms = scene.start_ms + plan.learn_days * DAY_MS + SOON_MS
    lived = {}
    for policy, place in ((LOTS, LEARNED), (CONTROL, "without"), (ALL_LOTS, "with")):
        shutil.copytree(folder / PAST, folder / place)
        who = early if policy == LOTS else known
        world = World(who, (policy,) * len(who.shoppers))
        lived[policy] = await world.live(folder / place, until_ms, f"learning: {place}", told)
        if place != LEARNED:
            shutil.rmtree(folder / place)
    told("learning uplift", 0, 0)
    found = await asyncio.to_thread(teach, settings_of(folder / LEARNED), until_ms)
    line = UpliftLine(refused=found) if isinstance(found, str) else _line(found, lived)
    coming_then = coming(scene.shop, known.shoppers, (until_ms, plan.days), [plan.seed, 2])
    later = msgspec.structs.replace(known, start_ms=until_ms, visits=coming_then)
    return Lessons(later, folder / LEARNED, line)


def _line(found: Taught, lived: dict[str, Lived]) -> UpliftLine:
    """Return what was measured beside what was true of the same people, where it is known."""
    seen = lived[CONTROL].exposed_ms.tolist()
    places = {at: place for place, at in enumerate(seen) if at >= 0}
    rows = [places.get(at, -1) for at in found.at_ms.tolist()]
    known = np.array(rows) >= 0
    changed = lived[ALL_LOTS].soon.astype(float) - lived[CONTROL].soon.astype(float)
    truth = changed[np.array(rows)]
    deciles = tuple(
        _covered(interval, float(truth[known & (found.tenth == at)].mean()))
        for at, interval in enumerate(found.deciles, start=1)
    )
    return UpliftLine(
        people=len(rows),
        average=_covered(found.average, float(truth[known].mean())),
        deciles=deciles,
        varies=found.varies,
        verdict=found.verdict,
        depths=found.depths,
    )


def _covered(interval: Interval, truth: float) -> Covered:
    value, low, high = interval
    return Covered(value, low, high, truth, low <= truth <= high)
