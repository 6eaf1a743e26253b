"""What `ranker: hybrid` adds to a decision: `python -m bench.hybrid`.

A generated shop is filled and trained. Then the same people are asked the same question in turn
by the blend of weights and by the learned ranker, in process; told is the processor time of the
asking thread, the median of rounds, so what else the machine does counts little. The session model
is asked in the first round only, which is not counted: it costs both the same.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench.filled import fill, users
from tailorbird.beside import model_store, training_source
from tailorbird.compose import Install, Workspace
from tailorbird.decide.decider import Decider
from tailorbird.decide.placements import DEFAULT_PLACEMENTS, Placements, Ranker
from tailorbird.decide.wire import DecideRequest, decode_request
from tailorbird.predict.trainer import Plan, train
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, Subject

_ROUNDS, _PLACEMENT = 15, "home_recs"


def main() -> None:
    """Fill a folder, train, and print what each way costs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, help="kept, and used again where it is filled")
    asked.add_argument("--shoppers", type=int, default=3_000)
    asked.add_argument("--items", type=int, default=2_000)
    asked.add_argument("--people", type=int, default=150, help="how many are asked about")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="tailorbird-hybrid-") as place:
        folder = options.folder or Path(place) / "data"
        if not folder.exists():
            asyncio.run(_prepare(folder, options.shoppers, options.items))
        asyncio.run(_measure(folder, options.people))


async def _prepare(folder: Path, shoppers: int, items: int) -> None:
    settings = Settings(data=str(folder))
    install = Install(settings, serving=False)
    await fill(await install.workspace(), shoppers, 30, size=items)
    await install.close()
    source = training_source(settings, DEFAULT_WORKSPACE)
    store = model_store(settings, DEFAULT_WORKSPACE)
    card = train(source, store, wall_clock(), np.random.default_rng(0), plan=Plan(20.0))
    print(f"{card.name}: {card.facts.get('hybrid')}")


async def _measure(folder: Path, people: int) -> None:
    install = Install(Settings(data=str(folder)))
    shop = await install.workspace()
    await shop.predictor.refresh()
    if shop.predictor.models.hybrid is None:
        raise SystemExit("no learned ranker serves: its gate let none through")
    known = await users(shop, people)
    rankers = (Ranker.BLEND, Ranker.HYBRID)
    rounds = [await _round(shop, rankers, known, number) for number in range(_ROUNDS)]
    costs = np.median(np.array(rounds[1:]), axis=0) / len(known) * 1e6
    print(f"{shop.predictor.models.name}, {len(shop.predictor.table.items)} items")
    print(f"{'decide of home_recs, 12 items':<32}{'µs of work':>12}")
    for ranker, cost in zip(rankers, costs.tolist(), strict=True):
        print(f"{ranker.value:<32}{cost:>12.0f}")
    print(f"{'the learned ranker adds':<32}{costs[1] - costs[0]:>12.0f}")
    await install.close()


async def _round(
    shop: Workspace, rankers: Sequence[Ranker], people: Sequence[Subject], number: int
) -> list[float]:
    """Return the seconds of work that each ranker took for everybody, asked in turn."""
    deciders = [_by(shop, ranker) for ranker in rankers]
    spent = [0.0] * len(rankers)
    for place, one in enumerate(people):
        request = _request(one)
        for turn in range(len(rankers)):
            which = (turn + place + number) % len(rankers)
            began = time.thread_time()
            await deciders[which].decide(request, one, {}, deadline_ms=5_000)
            spent[which] += time.thread_time() - began
    return spent


def _by(shop: Workspace, ranker: Ranker) -> Decider:
    """Return the decider of the shop, its home page ordered by a ranker."""
    home = next(one for one in DEFAULT_PLACEMENTS if one.name == _PLACEMENT)
    return shop.decider.under(Placements((msgspec.structs.replace(home, ranker=ranker),)))


def _request(one: Subject) -> DecideRequest:
    named = {"anonymousId": one.anonymous_id, "userId": one.user_id}
    slots = {"placements": [{"name": _PLACEMENT}]}
    return decode_request(msgspec.json.encode({**named, **slots}))


if __name__ == "__main__":
    main()
