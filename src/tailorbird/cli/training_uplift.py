"""What `tailorbird train uplift` does: a model a treatment, and the depths that it is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tailorbird import __version__
from tailorbird.beside import uplift_store
from tailorbird.cli.learning_uplift import NAMES, Evidence, Treatment
from tailorbird.predict.uplift.boosting import ModelsMissing
from tailorbird.predict.uplift.calibration import calibration_of
from tailorbird.predict.uplift.depth_table import Bounds, DepthTable, depth_rows, tested_depths
from tailorbird.predict.uplift.lesson import Lesson
from tailorbird.predict.uplift.model import UpliftModel
from tailorbird.predict.uplift.ports import UpliftVersions
from tailorbird.predict.uplift.training import Learned, Task, check, train
from tailorbird.predict.uplift.trial import NoTrial
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.ids import WorkspaceId

LEAST_NEW = 400
"""People who must have drawn since the last version before another is trained on schedule."""

_GROWTH = 0.2
_CODE = f"{__version__}+uplift1"

Told = Callable[[str], None]


class Trained(NamedTuple):
    """What came of training: the version's name, from what it was learned, and what was."""

    name: str
    lesson: Lesson
    learned: Learned


class Job(NamedTuple):
    """What to train: treatments by name (all where empty), and only where it is due."""

    names: tuple[str, ...] = ()
    window_days: float = 7.0
    only_due: bool = False
    seed: int = 0


def train_uplift(
    settings: Settings, workspace: WorkspaceId, now_ms: int, job: Job, told: Told
) -> list[Trained]:
    """Learn what each treatment changes in whom; return the versions.

    Raises:
        NoTrial: nothing could be learned of any, with the reason of the last.
    """
    store = uplift_store(settings, workspace)
    evidence = Evidence(settings, workspace, now_ms)
    made: list[Trained] = []
    refused: TailorbirdError | None = None
    try:
        for treatment in _chosen(evidence, job):
            if job.only_due and not _due(evidence, treatment, store, job.window_days):
                continue
            try:
                made.append(_trained(evidence, treatment, store, job, told))
            except (NoTrial, ModelsMissing) as refusal:
                told(f"{treatment.name}: no uplift model: {refusal.detail}")
                refused = refusal
    finally:
        evidence.close()
    if refused is not None and not made and not job.only_due:
        raise refused
    return made


def recalibrate(
    settings: Settings, workspace: WorkspaceId, now_ms: int, job: Job
) -> list[DepthTable]:
    """Hold the serving models against what lots have measured since, and store their depths anew.

    Raises:
        NoTrial: no model serves, or too few people drew since it was learned.
    """
    store = uplift_store(settings, workspace)
    evidence = Evidence(settings, workspace, now_ms)
    made: list[DepthTable] = []
    try:
        for treatment in _chosen(evidence, job):
            served = store.load(treatment.name)
            if served is None:
                raise NoTrial(
                    f"No uplift model of {treatment.name!r} serves.",
                    remedy="Run `tailorbird train uplift`.",
                )
            lesson = evidence.taught(treatment, job.window_days).lesson
            if not _checked_since(store, served, lesson, now_ms):
                raise NoTrial(
                    f"Too few people drew since {served.card.name} was learned.",
                    remedy="Wait for more people to draw.",
                )
            table = _since(treatment, served, lesson, now_ms)
            if table is not None:
                made.append(store.save_depths(table))
    finally:
        evidence.close()
    return made


def _chosen(evidence: Evidence, job: Job) -> list[Treatment]:
    known = evidence.treatments()
    if not known and not job.only_due:
        raise NoTrial("Chance has decided on no offer yet, so there is nothing to learn from.")
    if not job.names:
        return known
    missing = set(job.names) - {one.name for one in known}
    if missing:
        named = ", ".join(one.name for one in known) or "none"
        raise NoTrial(
            f"Chance has decided nothing on {', '.join(sorted(missing))!r}; there are: {named}."
        )
    return [one for one in known if one.name in job.names]


def _due(
    evidence: Evidence, treatment: Treatment, store: UpliftVersions, window_days: float
) -> bool:
    """Return whether enough people have drawn, and had their time, since the last version."""
    versions = store.versions(treatment.name)
    since_ms = max((one.until_ms for one in versions), default=0)
    people = versions[-1].people if versions else 0
    ripe_ms = evidence.now_ms - round(window_days * DAY_MS)
    fresh = sum(since_ms < one.at_ms <= ripe_ms for one in evidence.exposed(treatment))
    return fresh >= max(LEAST_NEW, _GROWTH * people)


def _trained(
    evidence: Evidence, treatment: Treatment, store: UpliftVersions, job: Job, told: Told
) -> Trained:
    told(f"{treatment.name}: reading who drew what, and what was known of them then")
    known = evidence.taught(treatment, job.window_days)
    served = store.load(treatment.name)
    settings = f"window {job.window_days:g}d, {len(NAMES)} features, seed {job.seed}"
    task = Task(treatment.name, evidence.now_ms, evidence.offset, _CODE, settings)
    told(f"{treatment.name}: learning from {len(known.lesson):,} people")
    learned = train(known, task, served, np.random.default_rng(job.seed))
    _stored(evidence, treatment, store, learned, served, known.lesson, told)
    return Trained(learned.model.card.name, known.lesson, learned)


def _stored(  # noqa: PLR0913, PLR0917 - what was learned, and all that it is judged by
    evidence: Evidence,
    treatment: Treatment,
    store: UpliftVersions,
    learned: Learned,
    served: UpliftModel | None,
    lesson: Lesson,
    told: Told,
) -> None:
    card, now_ms = learned.model.card, evidence.now_ms
    store.keep(learned.model)
    for sentence in learned.reading.verdict:
        told(f"{treatment.name}: {sentence}")
    if served is not None:
        _checked_since(store, served, lesson, now_ms)
    verdict = card.verdict
    if verdict is not None and not verdict.passed:
        store.reject(card.name, now_ms, verdict.reason)
        told(f"{card.name} does not serve: {verdict.reason}")
        table = None if served is None else _since(treatment, served, lesson, now_ms)
    else:
        store.promote(card.name, now_ms, "" if verdict is None else verdict.reason)
        if served is None and learned.checked is not None:
            store.save_check(calibration_of(card.name, learned.checked, now_ms, twin=True))
        table = _table(treatment, learned.model, lesson, learned.tenth, now_ms)
    if table is not None:
        store.save_depths(table)


def _checked_since(store: UpliftVersions, served: UpliftModel, lesson: Lesson, now_ms: int) -> bool:
    found = check(served, lesson)
    if found is not None:
        store.save_check(calibration_of(served.card.name, found, now_ms, twin=False))
    return found is not None


def _since(
    treatment: Treatment, served: UpliftModel, lesson: Lesson, now_ms: int
) -> DepthTable | None:
    """Return the depths of a model that serves, by those who drew after it was learned."""
    later = lesson.rows(lesson.at_ms > served.card.until_ms)
    features = later.columns(served.card.features)
    if features is None or not len(later):
        return None
    tenth = np.array([one.decile for one in served.predict(features)], np.int64)
    return _table(treatment, served, later, tenth, now_ms)


def _table(
    treatment: Treatment, model: UpliftModel, lesson: Lesson, tenth: np.ndarray, now_ms: int
) -> DepthTable | None:
    offer = treatment.percent
    if offer is None:
        return None
    top = 100.0 if offer.ceiling is None else offer.ceiling
    bounds = Bounds(offer.floor, top, offer.margin_floor)
    rows = depth_rows(lesson, tenth, bounds, varies=model.card.varies)
    if not rows:
        return None
    tested = tested_depths(lesson, bounds)
    return DepthTable(0, model.card.name, offer.name, now_ms, len(lesson), tested, rows)
