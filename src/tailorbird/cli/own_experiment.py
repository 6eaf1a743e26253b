"""Reading an experiment that Tailorbird itself runs: from its journal and log, as they are now."""

import asyncio
from typing import Any

import msgspec

from tailorbird.beside import files_of, open_versions
from tailorbird.cli.options import existing
from tailorbird.cli.own_source import FOREVER_MS, source_of
from tailorbird.cli.own_versions import Past, Versions
from tailorbird.cli.rooms import measuring
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.words import meant
from tailorbird.configured import KINDS
from tailorbird.experiments.configuration import EXPERIMENTS, HOLDOUTS
from tailorbird.experiments.experiment import HELD_OUT, Experiment, ExposedBy, Unit
from tailorbird.experiments.rollout import RolloutState, Stage
from tailorbird.experiments.staging import stages_in
from tailorbird.measure.gates import Answer, judged
from tailorbird.measure.own.happened import Reach
from tailorbird.measure.own.history import as_experiment, changes, weights_of
from tailorbird.measure.reading import Reading
from tailorbird.settings import Settings
from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import WorkspaceId


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


class _Asked(msgspec.Struct, frozen=True):
    """What is to be read: the experiment as it is now, its past, and what of the journal it is."""

    one: Experiment
    past: Past
    reach: Reach
    stage: Stage | None = None


def read_own(data: str | None, workspace: str, name: str, zone: str) -> OwnReading:
    """Return the reading of a configured experiment, or of the global holdout.

    Raises:
        UnknownExperiment: none is called so.
        MeasureMissing: the extra `measure` is not installed.
    """
    settings = existing(data)
    asked = _asked(settings, workspace, name)
    one, stage = asked.one, asked.stage
    asking, lake = measuring("asking"), measuring("own.lake")
    notes = (*changes(asked.past.eras), *asked.past.notes)
    files = files_of(settings, WorkspaceId(workspace))
    try:
        source = source_of(files, _until_ms(stage))
        exposures = lake.OwnExposures(source, asked.reach, one.window_days, zone)
        question = asking.question_of(one, weights_of(asked.past.eras), notes)
        reading = asyncio.run(measuring("analyst").Analyst(exposures).read(question))
    finally:
        files.close()
    gate = asking.gate_of(one)
    answer = None if gate is None else judged(gate, reading)
    come = None if stage is None else f"{stage.share:g} % since {stage.since}, {stage.state.value}"
    return OwnReading(reading, answer, come)


def _asked(settings: Settings, workspace: str, name: str) -> _Asked:
    store = open_versions(settings, WorkspaceId(workspace))
    try:
        configurator = Configurator(KINDS, store)
        active, versions = configurator.active, Versions(store, configurator)
        if name == HELD_OUT:
            return _holdout(active, versions)
        one = _experiment(active, name)
        direct = {name} if one.exposed_by is ExposedBy.DECIDED else ()
        arms = {name: {arm: arm for arm in one.shares}}
        reach = Reach(arms, direct, by_person=one.unit is Unit.PERSON)
        return _Asked(one, versions.of_experiment(name), reach, stages_in(active).get(name))
    finally:
        store.close()


def _holdout(active: Configuration, versions: Versions) -> _Asked:
    held = next((one for one in active.of(HOLDOUTS) if one.share > 0.0), None)
    if held is None:
        raise UnknownExperiment(
            "Nobody is held out.",
            remedy="Configure `holdouts: [{name: global, share: 0.05}]`, and wait some weeks.",
        )
    return _Asked(as_experiment(held), versions.of_holdout(), versions.reach_of_holdout())


def _experiment(active: Configuration, name: str) -> Experiment:
    known = {one.name: one for one in active.of(EXPERIMENTS)}
    if name not in known:
        raise UnknownExperiment(f"There is no experiment {name[:60]!r}{meant(name, known)}.")
    return known[name]


def _until_ms(stage: Stage | None) -> int:
    """Return until when there were two arms: released to everybody, there is none to compare."""
    if stage is None or stage.state is not RolloutState.DONE:
        return FOREVER_MS
    return parse_time_ms(stage.since)


def gate_words(answer: Answer) -> str:
    """Return what a gate answers, with its reasons, in one line."""
    return f"{answer.__struct_config__.tag}. {' '.join(answer.reasons)}"
