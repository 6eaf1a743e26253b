"""Teaching in a rehearsal: uplift is trained as in any shop, and held against the truth."""

from __future__ import annotations

from tailorbird.bench.rehearsal.offers import SALE
from tailorbird.bench.rehearsal.teaching import Interval, Taught
from tailorbird.beside import uplift_store
from tailorbird.cli.training_uplift import Job, train_uplift
from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.depth_table import DepthTable
from tailorbird.predict.uplift.trial import NoTrial
from tailorbird.settings import Settings
from tailorbird.spine.ids import DEFAULT_WORKSPACE


def teach(settings: Settings, now_ms: int) -> Taught | str:
    """Learn uplift in a rehearsal's data folder, or return the reason why that cannot be done."""
    try:
        [made] = train_uplift(settings, DEFAULT_WORKSPACE, now_ms, Job((SALE,)), _nobody)
    except NoTrial as refusal:
        return refusal.detail
    reading = made.learned.reading
    return Taught(
        at_ms=made.lesson.at_ms,
        tenth=made.learned.tenth,
        average=_interval(reading.average),
        deciles=tuple(_interval(one.measured) for one in reading.deciles),
        varies=reading.varies,
        verdict=reading.verdict,
        depths=_depths(uplift_store(settings, DEFAULT_WORKSPACE).depths(SALE)),
    )


def _interval(measured: Measured) -> Interval:
    return measured.value, measured.low, measured.high


def _depths(table: DepthTable | None) -> tuple[tuple[float, tuple[float | None, ...]], ...]:
    if table is None:
        return ()
    return tuple((row.margin, tuple(one.depth for one in row.depths)) for row in table.rows)


def _nobody(_sentence: str) -> None:
    """Tell nobody: a bar shows how far it is."""
