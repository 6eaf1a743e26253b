"""What lending brings to the visits it is for: `python -m bench.links --seeds 21,22`.

A generated town is lived through by the real engine, week by week, with links switched on. Then
links are found, and each linked browser's next visit is waited for. Before it the engine is asked
what it would show there, once with lending and once without, everything else the same. A hit is
that something which the visitor then looks at is in the list. The visits do not depend on the
answers, so that both ways are asked about the same visits.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
import typer

from tailorbird.beside import model_store, training_source
from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.decide.wire import DecideRequest, Slot
from tailorbird.links.generated import END_MS, Town, make_town, told_by
from tailorbird.predict.trainer import Plan, train
from tailorbird.settings import Settings
from tailorbird.simulate.wire import Stamped
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import PRODUCT_VIEWED
from tailorbird.spine.ids import DEFAULT_WORKSPACE, Subject

_AHEAD_MS = 30 * DAY_MS
_A_CHUNK = 2_000
_SHOWN = 12
_NEVER_S = 1_000_000
_DRAWS = 4_000


class Asked(NamedTuple):
    """One visit: was something hit, and at which reciprocal rank, with lending and without."""

    right: bool
    lent: tuple[float, float]
    alone: tuple[float, float]


class _Now:
    def __init__(self) -> None:
        self.at_ms = 0

    def __call__(self) -> int:
        return self.at_ms


def main(
    seeds: Annotated[str, typer.Option(help="Towns, by commas.")] = "21,22",
    shoppers: Annotated[int, typer.Option(help="How many shop in each.")] = 4_000,
    precision: Annotated[float, typer.Option(help="What is asked of links.")] = 0.8,
) -> None:
    """Live through the towns, and print what lending brings."""
    found: list[Asked] = []
    for seed in map(int, seeds.split(",")):
        with tempfile.TemporaryDirectory(prefix="tailorbird-links-") as folder:
            some, links = asyncio.run(_live(Path(folder), seed, shoppers, precision))
        print(f"town {seed}: {links} links, {len(some)} of them visit again within 30 days")
        found += some
    _tell("all of them", found)
    _tell("the right ones", [one for one in found if one.right])
    _tell("the wrong ones", [one for one in found if not one.right])


async def _live(
    folder: Path, seed: int, shoppers: int, precision: float
) -> tuple[list[Asked], int]:
    town = make_town(shoppers, 90, seed)
    events = told_by(town)
    until_ms = END_MS - _AHEAD_MS
    past = [one for one in events if one[0] < until_ms]
    ahead = [one for one in events if one[0] >= until_ms]
    now = _Now()
    settings = Settings(
        data=str(folder), recent_seconds=_NEVER_S, links="learned", links_precision=precision
    )
    install = Install(settings, now, serving=False)
    workspace = await install.workspace()
    await workspace.catalog.put(msgspec.json.encode(list(town.shop.items)))
    for chunk in _days(past):
        now.at_ms = chunk[-1][0]
        await workspace.linker.open()  # the key of that week
        door = Door(source="town", received_at_ms=now.at_ms, historical=True)
        await workspace.collector.collect([msgspec.json.encode(one) for _, one in chunk], door)
    await install.close()
    source = training_source(settings, DEFAULT_WORKSPACE)
    luck = np.random.default_rng(seed)
    train(source, model_store(settings, DEFAULT_WORKSPACE), until_ms, luck, plan=Plan())
    now.at_ms = until_ms
    install = Install(settings, now)
    try:
        workspace = await install.workspace()
        found = await workspace.linker.refresh()
        browsers = {one.browser.partition(":")[2]: str(one.user) for one in found.links}
        return await _ask(workspace, town, ahead, browsers, now), len(browsers)
    finally:
        await install.close()


async def _ask(
    workspace: Workspace,
    town: Town,
    ahead: Sequence[Stamped],
    browsers: dict[str, str],
    now: _Now,
) -> list[Asked]:
    behind, asked = town.behind(), []
    lending = workspace.linker.lending
    for browser, user in browsers.items():
        first_ms, viewed = _next_visit(ahead, browser)
        if not viewed:
            continue
        now.at_ms = first_ms - 1
        marks = []
        links = lending.links
        marks.append(_marks(await _shown(workspace, browser), viewed))
        lending.links = {}
        marks.append(_marks(await _shown(workspace, browser), viewed))
        lending.links = links
        right = behind[browser].user_id == user.partition(":")[2]
        asked.append(Asked(right, marks[0], marks[1]))
    return asked


async def _shown(workspace: Workspace, browser: str) -> list[str]:
    request = DecideRequest(placements=(Slot("home_recs", _SHOWN),), dry_run=True)
    subject = Subject(anonymous_id=browser)
    answer = await workspace.decider.decide(request, subject, {}, deadline_ms=10_000)
    items = msgspec.to_builtins(answer.decisions[0])["items"]
    return [one["id"] for one in items]


def _next_visit(ahead: Sequence[Stamped], browser: str) -> tuple[int, set[str]]:
    """Return when somebody comes next, and what they then look at within half a day."""
    theirs = [one for one in ahead if one[1]["anonymousId"] == browser]
    if not theirs:
        return 0, set()
    first_ms = theirs[0][0]
    return first_ms, {
        event["properties"]["product_id"]
        for at_ms, event in theirs
        if event.get("event") == PRODUCT_VIEWED and at_ms < first_ms + DAY_MS / 2
    }


def _marks(shown: Sequence[str], viewed: set[str]) -> tuple[float, float]:
    places = [place for place, one in enumerate(shown, start=1) if one in viewed]
    return (1.0, 1 / places[0]) if places else (0.0, 0.0)


def _days(events: Sequence[Stamped]) -> Iterator[list[Stamped]]:
    chunk: list[Stamped] = []
    for one in events:
        if chunk and (one[0] // DAY_MS != chunk[0][0] // DAY_MS or len(chunk) == _A_CHUNK):
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _tell(whose: str, found: Sequence[Asked]) -> None:
    if not found:
        print(f"{whose}: no visits")
        return
    luck = np.random.default_rng(1)
    draws = luck.integers(0, len(found), (_DRAWS, len(found)))
    for place, name in enumerate((f"hit rate at {_SHOWN}", f"MRR at {_SHOWN}")):
        lent = np.array([one.lent[place] for one in found])
        alone = np.array([one.alone[place] for one in found])
        gains = (lent - alone)[draws].mean(axis=1)
        low, high = np.quantile(gains, (0.025, 0.975))
        print(
            f"{whose}, {len(found)} visits, {name}: {lent.mean():.3f} lent, {alone.mean():.3f} "
            f"not; gain {lent.mean() - alone.mean():+.3f} ({low:+.3f} … {high:+.3f})"
        )


if __name__ == "__main__":
    typer.run(main)
