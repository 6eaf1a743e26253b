"""Reading an experiment that Tailorbird itself runs: from its journal and log, as they are now."""

import asyncio
from typing import Any

import msgspec

from tailorbird.beside import WorkspaceFiles, files_of, open_versions
from tailorbird.cli.options import existing
from tailorbird.cli.rooms import measuring
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.words import meant
from tailorbird.configured import KINDS
from tailorbird.consent.purposes import Purpose
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Experiment
from tailorbird.experiments.rollout import RolloutState, Stage
from tailorbird.experiments.staging import stages_in
from tailorbird.measure.gates import Answer, judged
from tailorbird.measure.own.happened import Source
from tailorbird.measure.reading import Reading
from tailorbird.settings import Settings
from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import WorkspaceId

_FOREVER_MS = 2**62


class UnknownExperiment(NotFound):
    """There is no experiment by this name."""

    remedy = "Look at the configuration in force, or read a table with --table."


class OwnReading(msgspec.Struct, frozen=True):
    """An experiment that is configured: what its numbers say, and what its gate says of them.

    `rollout` tells in words how far its rollout has come; None without one.
    """

    reading: Reading
    gate: Answer | None = None
    rollout: str | None = None

    def told(self) -> dict[str, Any]:
        """Return both as one JSON-ready object."""
        said = {"gate": self.gate, "rollout": self.rollout}
        more = {name: one for name, one in said.items() if one is not None}
        return {**msgspec.to_builtins(self.reading), **msgspec.to_builtins(more)}


def read_own(data: str | None, workspace: str, name: str, zone: str) -> OwnReading:
    """Return the reading of a configured experiment.

    Raises:
        UnknownExperiment: none is called so.
        MeasureMissing: the extra `measure` is not installed.
    """
    settings = existing(data)
    active = _active(settings, workspace)
    one = _experiment(active, name)
    stage = stages_in(active).get(name)
    asking, lake = measuring("asking"), measuring("own.lake")
    files = files_of(settings, WorkspaceId(workspace))
    try:
        exposures = lake.OwnExposures(_source(files, _until_ms(stage)), one, zone)
        analyst = measuring("analyst").Analyst(exposures)
        reading = asyncio.run(analyst.read(asking.question_of(one)))
    finally:
        files.close()
    gate = asking.gate_of(one)
    answer = None if gate is None else judged(gate, reading)
    come = None if stage is None else f"{stage.share:g} % since {stage.since}, {stage.state.value}"
    return OwnReading(reading, answer, come)


def _active(settings: Settings, workspace: str) -> Configuration:
    versions = open_versions(settings, WorkspaceId(workspace))
    try:
        return Configurator(KINDS, versions).active
    finally:
        versions.close()


def _experiment(active: Configuration, name: str) -> Experiment:
    known = {one.name: one for one in active.of(EXPERIMENTS)}
    if name not in known:
        raise UnknownExperiment(f"There is no experiment {name[:60]!r}{meant(name, known)}.")
    return known[name]


def _until_ms(stage: Stage | None) -> int:
    """Return until when there were two arms: released to everybody, there is none to compare."""
    if stage is None or stage.state is not RolloutState.DONE:
        return _FOREVER_MS
    return parse_time_ms(stage.since)


def _source(files: WorkspaceFiles, until_ms: int) -> Source:
    """Return the files as rows are read from them; who refused analytics is left out."""
    whose: dict[str, str] = {}
    left_out: set[str] = set()
    for stored in files.people():
        whose.update(dict.fromkeys(stored.node.identifiers, stored.person))
        if stored.choices.get(Purpose.ANALYTICS) is False:
            left_out.add(stored.person)
    return Source(
        decisions=lambda: (one for one in files.decisions() if one.at_ms < until_ms),
        events=lambda: (
            logged.event for logged in files.events() if logged.event.occurred_at_ms < until_ms
        ),
        whose=whose,
        left_out=left_out,
        margins={str(item.id): item.margin_minor or 0 for item in files.items()},
    )


def gate_words(answer: Answer) -> str:
    """Return what a gate answers, with its reasons, in one line."""
    return f"{answer.__struct_config__.tag}. {' '.join(answer.reasons)}"
