"""From an experiment and the stage of its rollout to the experiment that is in force.

A step widens the part of the traffic that is tried, and leaves the split within it as it is: people
join, and nobody is moved from one arm to the other, so all steps can be read together. Only the
last step, to everybody, takes control away.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Experiment, Status
from tailorbird.experiments.rollout import WHOLE, Rollout, RolloutState, Stage
from tailorbird.experiments.rollout_faults import step_faults
from tailorbird.spine.clock import format_time, parse_time_ms
from tailorbird.spine.errors import BadRequest

_SET, _PAUSED, _ON = "Set by hand.", "Paused by hand.", "Let on by hand."


class BadEdit(BadRequest):
    """A rollout cannot be changed so."""

    remedy = "Write percent of people: one of the steps, or less than the arm's own share."


class Edit(msgspec.Struct, frozen=True):
    """What somebody wants of a rollout.

    Attributes:
        paused: hold it, or let it go on; None leaves it.
        share: percent of people who are to get the arm; None leaves it.
    """

    paused: bool | None = None
    share: float | None = None


def _stage(one: Stage, _known: Known) -> Iterator[Fault]:
    if not 0.0 < one.share <= WHOLE:
        yield Fault("$.share", "`share` is in percent: above 0, and at most 100")
    try:
        parse_time_ms(one.since)
    except ValueError:
        yield Fault("$.since", "`since` is a time such as 2026-01-31T12:00:00Z")


STAGES: Kind[Stage] = Kind("rollouts", "rollout", Stage, check=_stage)
FILE = "rollouts.yaml"
_HEAD = "# Written by the server as rollouts go on; a change of `rollout.at` in your file wins.\n"
_encode = msgspec.json.Encoder(order="deterministic").encode


def experiments_in(configuration: Configuration) -> tuple[Experiment, ...]:
    """Return the experiments as they are in force, each as far as its rollout has come."""
    stages = stages_in(configuration)
    return tuple(staged(one, stages.get(one.name)) for one in configuration.of(EXPERIMENTS))


def stages_in(configuration: Configuration) -> Mapping[str, Stage]:
    """Return the stages that still rest on what the files declare, by experiment."""
    known = {one.name: one for one in configuration.of(EXPERIMENTS)}
    return {one.name: one for one in configuration.of(STAGES) if rests(one, known.get(one.name))}


def rests(stage: Stage, one: Experiment | None) -> bool:
    """Return whether a stage goes with an experiment as it is declared now."""
    return one is not None and one.rollout is not None and stage.declared == declared(one)


def declared(one: Experiment) -> str:
    """Return twelve hexadecimal digits of all that the share of an arm rests on."""
    at = None if one.rollout is None else one.rollout.at
    told = [at, one.part, sorted(one.shares.items()), one.control, one.salt, one.unit.value]
    return hashlib.sha256(_encode(told)).hexdigest()[:12]


def staged(one: Experiment, stage: Stage | None) -> Experiment:
    """Return an experiment as far as its rollout has come.

    Args:
        one: as declared.
        stage: of its rollout; None before its first.
    """
    if one.rollout is None:
        return one
    if stage is not None and stage.state is RolloutState.STOPPED:
        return msgspec.structs.replace(one, status=Status.STOPPED)
    share = one.rollout.first if stage is None else stage.share
    if share >= WHOLE:
        return msgspec.structs.replace(one, released=one.arm)
    start, end = one.part
    reach = min(1.0, share / one.most_tried)
    return msgspec.structs.replace(one, traffic=(start, start + (end - start) * reach))


def state_of(one: Experiment, stage: Stage | None) -> str | None:
    """Return what the rollout of an experiment does now; None where it has none."""
    if one.rollout is None:
        return None
    if stage is None:
        return RolloutState.RUNNING.value
    paused = one.rollout.paused and stage.state is RolloutState.RUNNING
    return RolloutState.PAUSED.value if paused else stage.state.value


def with_stage(configuration: Configuration, stage: Stage) -> dict[str, str]:
    """Return the files of a configuration with one rollout at another stage."""
    kept = {**stages_in(configuration), stage.name: stage}
    return {**_others(configuration), FILE: written(kept.values())}


def by_hand(configuration: Configuration, one: Experiment, edit: Edit, now_ms: int) -> Stage:
    """Return the stage of a rollout as somebody wants it.

    Args:
        configuration: in force.
        one: an experiment with a rollout, as declared.
        edit: what is wanted.
        now_ms: now.

    Raises:
        BadEdit: the share is no percentage that the split allows.
    """
    said = one.rollout or Rollout()
    known = stages_in(configuration).get(one.name)
    begun = Stage(one.name, declared(one), said.first, format_time(now_ms))
    stage = begun if known is None else known
    if edit.share is not None:
        wrong = next(iter(step_faults(one, edit.share, "$.share")), None)
        if wrong is not None:
            raise BadEdit(f"`share`: {wrong.problem}.")
        state = RolloutState.DONE if edit.share >= WHOLE else RolloutState.RUNNING
        stage = msgspec.structs.replace(
            stage, share=edit.share, state=state, since=format_time(now_ms), says=_SET
        )
    if edit.paused is not None and stage.state in {RolloutState.RUNNING, RolloutState.PAUSED}:
        state = RolloutState.PAUSED if edit.paused else RolloutState.RUNNING
        stage = msgspec.structs.replace(stage, state=state, says=_PAUSED if edit.paused else _ON)
    return stage


def carried(active: Configuration, draft: Configuration) -> Mapping[str, str]:
    """Return the files of a draft with the stages that live on in it.

    A folder that is applied need not know of stages: those of the active version go on, but for
    those whose experiment is gone or declared anew.
    """
    source = draft if FILE in draft.files else active
    known = {one.name: one for one in draft.of(EXPERIMENTS)}
    found = source.of(STAGES)
    alive = [one for one in found if rests(one, known.get(one.name))]
    if source is draft and len(alive) == len(found):
        return draft.files
    others = {name: text for name, text in draft.files.items() if name != FILE}
    return {**others, FILE: written(alive)} if alive else others


def written(stages: Iterable[Stage]) -> str:
    """Return stages as the text of their file."""
    lines = [_HEAD, "rollouts:\n"]
    for one in stages:
        for mark, (name, value) in zip(
            ("  - ", *["    "] * 5), msgspec.to_builtins(one).items(), strict=True
        ):
            lines.append(f"{mark}{name}: {msgspec.json.encode(value).decode()}\n")
    return "".join(lines)


def _others(configuration: Configuration) -> dict[str, str]:
    return {name: text for name, text in configuration.files.items() if name != FILE}
