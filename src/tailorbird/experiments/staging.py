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
from tailorbird.experiments.rollout import WHOLE, RolloutState, Stage
from tailorbird.spine.clock import parse_time_ms


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


def with_stage(configuration: Configuration, stage: Stage) -> dict[str, str]:
    """Return the files of a configuration with one rollout at another stage."""
    kept = {**stages_in(configuration), stage.name: stage}
    return {**_others(configuration), FILE: written(kept.values())}


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
