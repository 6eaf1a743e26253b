"""Vital signs of a workspace: is it alive, how much does it know, what serves."""

import time
from collections import Counter
from collections.abc import Sequence

import msgspec

from tailorbird.compose import Workspace
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.clock import DAY_MS, SECOND_MS, parse_time_ms

_PACE_OVER = 10
_DECISIONS = 100
_COUNT_EVERY_MS = 5 * SECOND_MS
_COUNT_SHARE = 200  # counting reads whole tables: it may take at most a 200th of the time


class LevelShare(msgspec.Struct, frozen=True):
    """How many of the last decisions were made at a level."""

    level: str
    count: int
    share: float


class Vitals(msgspec.Struct, frozen=True):
    """What the strip at the top shows.

    `pace` counts the events of each of the last 60 seconds, oldest first; `per_second` is the mean
    of the last ten of them. `behind` is how many logged events are not folded yet.
    """

    failure: str | None
    logged: int
    behind: int
    per_second: float
    pace: Sequence[int]
    today: int
    refused: int
    people: int
    items: int
    model: str | None
    model_at_ms: int | None
    model_fault: str | None
    model_hits: float | None
    drifted: tuple[str, ...]
    decisions: int
    levels: tuple[LevelShare, ...]
    median_took_ms: float | None


class VitalSigns:
    """Reads the vital signs; what costs more than a look is read again only every few seconds."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int, int]] = {}
        self._latest: dict[str, tuple[int, Sequence[DecisionRecord]]] = {}

    async def of(self, shop: Workspace, now_ms: int) -> Vitals:
        """Return the vital signs of a workspace now."""
        pace = shop.feed.pace()
        people, items = await self._count(shop, now_ms)
        today = await _today(shop, now_ms)
        latest = await self.latest(shop, now_ms)
        model = shop.predictor.models.name
        seen = shop.watch.seen
        hits = None if seen is None else seen.champion.hit_rate
        took = sorted(record.took_ms for record in latest)
        levels = _levels(latest)
        return Vitals(
            failure=None if shop.corridor.failure is None else repr(shop.corridor.failure),
            logged=shop.log.last_offset,
            behind=max(0, shop.log.last_offset - shop.corridor.offset),
            per_second=sum(pace[-_PACE_OVER:]) / _PACE_OVER,
            pace=pace,
            today=today["accepted"],
            refused=today["refused"],
            people=people,
            items=items,
            model=None if model == "none" else model,
            model_at_ms=_trained_ms(model),
            model_fault=shop.succession.fault or shop.foresight.fault,
            model_hits=None if seen is None or hits is None else hits.value,
            drifted=tuple(
                one.name
                for watched in (seen, shop.order_watch.seen, shop.people_watch.seen)
                for one in (() if watched is None else watched.alarms)
            ),
            decisions=sum(one.count for one in levels),
            levels=levels,
            median_took_ms=took[len(took) // 2] if took else None,
        )

    async def latest(self, shop: Workspace, now_ms: int) -> Sequence[DecisionRecord]:
        """Return the last hundred decisions, newest first, at most five seconds old."""
        until_ms, records = self._latest.get(shop.name, (0, ()))
        if now_ms >= until_ms:
            records = await shop.journal.latest(_DECISIONS)
            self._latest[shop.name] = (now_ms + _COUNT_EVERY_MS, records)
        return records

    async def _count(self, shop: Workspace, now_ms: int) -> tuple[int, int]:
        """Return how many people and items there are."""
        until_ms, people, items = self._counts.get(shop.name, (0, 0, 0))
        if now_ms >= until_ms:
            started = time.perf_counter()
            people, items = await shop.state.people(), shop.catalog.count()
            took_ms = round((time.perf_counter() - started) * SECOND_MS)
            wait_ms = max(_COUNT_EVERY_MS, took_ms * _COUNT_SHARE)
            self._counts[shop.name] = (now_ms + wait_ms, people, items)
        return people, items


async def _today(shop: Workspace, now_ms: int) -> Counter[str]:
    """Return what came in since midnight (UTC), by kind; imports of past events are left out."""
    counts: Counter[str] = Counter()
    for _, source, kind, count in await shop.stores.tally.by_day(now_ms // DAY_MS):
        if not source.startswith("import:"):
            counts[kind] += count
    return counts


def _levels(records: Sequence[DecisionRecord]) -> tuple[LevelShare, ...]:
    counts = Counter(str(decision["level"]) for record in records for decision in record.decisions)
    total = sum(counts.values())
    return tuple(LevelShare(level, count, count / total) for level, count in counts.most_common())


def _trained_ms(model: str) -> int | None:
    """Return when a model was trained, which its name tells: `blend@2026-11-20T02-00-00`."""
    day, _, time_of_day = model.partition("@")[2].partition("T")
    try:
        return parse_time_ms(f"{day}T{time_of_day.replace('-', ':')}")
    except ValueError:
        return None
