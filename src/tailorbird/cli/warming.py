"""Warming up: the models' loops become machine code beside other work, the first time they run.

Compiling takes most of a minute of one core on a machine that has never served. The demo lets two
processes do it while history is generated; what they compile is kept on disk, where training and
serving find it.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

import numba
import numpy as np

from tailorbird.catalog.items import Item
from tailorbird.predict.outcomes import TrainingDecision
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.registry.card import Card
from tailorbird.predict.trainer import Plan, train
from tailorbird.predict.training import TrainingEvent, TrainingLine
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS, wall_clock
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_VIEWED

_VISITORS = 600
_LOOKS = 6
_ITEMS = 60
_BUDGET_S = 2.0  # learning has to begin; nothing is to be learned here


class Nothing:
    """A log in which visitors look at what luck says; what is trained on it is thrown away."""

    last_offset = 0

    def batches(self) -> Iterator[Iterable[TrainingEvent]]:
        """Yield all events at once."""
        rng = np.random.default_rng(0)
        yield [event for visitor in range(_VISITORS) for event in _visit(visitor, rng)]

    def items(self) -> Iterator[Item]:
        """Yield none: what events say of items is enough."""
        return iter(())

    def decisions(self) -> Iterator[TrainingDecision]:
        """Yield none."""
        return iter(())


class Nowhere:
    """A place for models that keeps none."""

    def save(self, trained: Trained, card: Card) -> None:
        """Let the version go."""

    def load(self) -> Trained | None:
        """Return None: no version serves."""
        return None

    def cards(self) -> Sequence[Card]:
        """Return none."""
        return ()

    def promote(self, name: str, at_ms: int, why: str) -> None:
        """Do nothing."""

    def reject(self, name: str, at_ms: int, why: str) -> None:
        """Do nothing."""


def is_warm() -> bool:
    """Return whether this machine has compiled loops of these sources before."""
    kept = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
    return any(kept.rglob("*.nbc"))


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """Let two processes warm up while the block runs, if this machine is not warm yet."""
    if is_warm():
        yield
        return
    apart = get_context("spawn")
    training = apart.Process(target=warm_up_training, daemon=True)
    serving = apart.Process(target=warm_up_serving, daemon=True)
    training.start()
    serving.start()
    try:
        yield
        serving.join()  # what it has not compiled yet would be compiled again by whoever serves
    finally:
        for process in (training, serving):
            process.terminate()
            process.join()


def warm_up_serving() -> None:
    """Make ready to answer from no models, so that all loops of answering are compiled."""
    asyncio.run(Predictor(wall_clock).refresh())


def warm_up_training() -> None:
    """Train on a log of nothing, so that all loops of training are compiled."""
    plan = Plan(budget_seconds=_BUDGET_S)
    train(Nothing(), Nowhere(), _VISITORS * HOUR_MS, np.random.default_rng(0), plan=plan)


def _visit(visitor: int, rng: np.random.Generator) -> Iterator[TrainingEvent]:
    start_ms = visitor * HOUR_MS
    shelf = int(rng.integers(4)) * _ITEMS // 4
    for look in range(_LOOKS):
        number = shelf + int(rng.integers(_ITEMS // 4))
        facets = (f"category:{shelf}", f"brand:{number % 5}")
        yield TrainingEvent(
            name=PRODUCT_VIEWED if look < _LOOKS - 1 else ORDER_COMPLETED,
            occurred_at_ms=start_ms + look * MINUTE_MS,
            anonymous_id=f"nobody-{visitor % (_VISITORS // 2)}",
            items=(TrainingLine(id=f"item-{number}", facets=facets),),
        )
