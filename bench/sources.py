"""What the long past and the learned ranker cost a decision, in a shop of 100,000 items.

    .venv/bin/python -m bench.sources

Prints microseconds of processor time, medians of several rounds: other work on the machine counts
less than it would by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tailorbird.predict.blending import Pool
from tailorbird.predict.collaborative import LENT, REMEMBERED, Collaborative
from tailorbird.predict.hybrid.describing import COLUMNS, SOURCES, Asker, Facts
from tailorbird.predict.hybrid.fitting import TREES
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.propensity.trees import Trees

_ITEMS, _FACETS, _CANDIDATES, _CALLS, _ROUNDS, _LEAVES = 100_000, 5_000, 200, 300, 7, 15


def main() -> None:
    """Measure both, and print them."""
    rng = np.random.default_rng(0)
    print(f"the long past: {_median(_long_past(rng)):.0f} µs")
    print(f"the learned ranker, {_CANDIDATES} candidates: {_median(_ranker(rng)):.0f} µs")


def _median(call: Callable[[int], object]) -> float:
    call(0)
    taken = []
    for _ in range(_ROUNDS):
        began = time.thread_time()
        for number in range(_CALLS):
            call(number)
        taken.append((time.thread_time() - began) / _CALLS * 1e6)
    return float(np.median(taken))


def _long_past(rng: np.random.Generator) -> Callable[[int], object]:
    codes = rng.integers(0, _ITEMS, (_ITEMS, LENT)).astype(np.int32)
    scores = np.sort(rng.random((_ITEMS, LENT), np.float32), axis=1)[:, ::-1].copy()
    model = Collaborative(Neighbors(codes, scores), 2.0)
    falling = (1.0 / np.sqrt(np.arange(1, 81))).astype(np.float32)
    pasts = [_some(rng, REMEMBERED) for _ in range(_CALLS)]
    return lambda number: model.ladder(pasts[number], falling)


def _ranker(rng: np.random.Generator) -> Callable[[int], object]:
    facts = Facts(
        rng.integers(0, _FACETS, (_ITEMS, 12)).astype(np.int32),
        rng.integers(0, 4, _FACETS).astype(np.int8),
        rng.random(_ITEMS, np.float32),
        rng.random(_ITEMS) * 1e9,
    )
    pools = [_pool(rng) for _ in range(_CALLS)]
    askers = [Asker(_some(rng, 5), _some(rng, REMEMBERED), 1e9) for _ in range(_CALLS)]
    model = Hybrid(_trees(rng))
    return lambda number: model.weighed(pools[number], askers[number], facts)


def _some(rng: np.random.Generator, count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return rng.choice(_ITEMS, count, replace=False).astype(np.int32)


def _pool(rng: np.random.Generator) -> Pool:
    """Return 200 different candidates, every third of them from two sources."""
    codes = _some(rng, _CANDIDATES)
    drawn = np.concatenate([codes, codes[: _CANDIDATES // 3]])
    sources = rng.integers(0, SOURCES, len(drawn)).astype(np.int8)
    return Pool(drawn, rng.random(len(drawn), np.float32), sources)


def _trees(rng: np.random.Generator) -> Trees:
    """Return full trees of fifteen leaves, as level as they can be, over random columns."""
    inner = _LEAVES - 1
    nodes = 2 * _LEAVES - 1
    first = np.arange(TREES, dtype=np.int32) * nodes
    place = np.tile(np.arange(nodes, dtype=np.int32), TREES)
    split = place < inner
    base = np.repeat(first, nodes)
    feature = np.where(split, rng.integers(0, len(COLUMNS), len(place)), -1).astype(np.int32)
    left = np.where(split, base + 2 * place + 1, -1).astype(np.int32)
    right = np.where(split, base + 2 * place + 2, -1).astype(np.int32)
    return Trees(
        first, feature, rng.random(len(place)), left, right, np.full(len(place), -1, np.int32)
    )


if __name__ == "__main__":
    main()
