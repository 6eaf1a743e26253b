"""A rollout follows its gate: what it would do now, and why; pure, so that it can be rehearsed.

It begins at its first share. As long as the gate says go, and enough time has passed, it makes one
step; when the gate says stop, everybody is back to the shop as it is; else it waits. A look is
allowed at any time, since the gates of rollouts rest on always-valid intervals.
"""

from typing import Literal

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Experiment, Status
from tailorbird.experiments.rollout import WHOLE, Rollout, RolloutState, Stage
from tailorbird.experiments.staging import declared, stages_in, with_stage
from tailorbird.measure.asking import gate_of_step
from tailorbird.measure.gates import Answer, RolloutGate, Stop, Wait
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS, format_time, parse_time_ms

Act = Literal["begin", "step", "release", "roll_back", "stay"]


class Move(msgspec.Struct, frozen=True, rename="camel"):
    """What a rollout does now.

    Attributes:
        experiment: whose.
        act: `begin` at the first share, `step` to the next, `release` to everybody, `roll_back` to
            nobody, or `stay`.
        share: percent of people who have the arm now.
        to: and who will have it.
        reasons: why; the gate's words where it was asked.
        answer: of the gate: go, wait or stop; None where it was not asked.
        declared: what the stage rests on; if that changes before the move is made, it is not made.
        due_at: when the next step may be made; None where there is none.
    """

    experiment: str
    act: Act
    share: float
    to: float
    reasons: tuple[str, ...]
    answer: str | None = None
    declared: str = ""
    due_at: str | None = None


def asks(one: Experiment, stage: Stage | None) -> RolloutGate | None:
    """Return the gate that is to be asked now; None where no reading is needed."""
    said = one.rollout
    if said is None or stage is None or one.status is not Status.RUNNING:
        return None
    if stage.state in {RolloutState.STOPPED, RolloutState.DONE}:
        return None
    return gate_of_step(one, last=next_share(said, stage.share) >= WHOLE)


def next_share(said: Rollout, share: float) -> float:
    """Return the share of the step after a share; the whole when no step is left."""
    return next((step for step in said.steps if step > share), WHOLE)


def look_every_ms(said: Rollout) -> int:
    """Return how often the gate is asked: harm is to be seen sooner than the next step is due."""
    return max(MINUTE_MS, min(HOUR_MS, length_ms(said.every)))


def next_move(one: Experiment, stage: Stage | None, answer: Answer | None, now_ms: int) -> Move:
    """Return what a rollout does now.

    Args:
        one: an experiment with a rollout, as declared.
        stage: how far it has come; None before it has begun.
        answer: of the gate that `asks` names; None where it names none.
        now_ms: now.
    """
    said = one.rollout or Rollout()
    share = said.first if stage is None else stage.share
    stay = Move(one.name, "stay", share, share, (), declared=declared(one))
    if stage is None or answer is None or one.status is not Status.RUNNING:
        return _unasked(stay, one, stage)
    due_ms = parse_time_ms(stage.since) + length_ms(said.every)
    told = msgspec.structs.replace(
        stay,
        answer=str(answer.__struct_config__.tag),
        reasons=answer.reasons,
        due_at=format_time(due_ms),
    )
    if isinstance(answer, Stop):
        return msgspec.structs.replace(told, act="roll_back", to=0.0, due_at=None)
    if isinstance(answer, Wait):
        return told
    if said.paused or stage.state is RolloutState.PAUSED:
        return _because(told, "It is paused by hand.")
    return _gone_on(told, said, due=now_ms >= due_ms)


def _gone_on(told: Move, said: Rollout, *, due: bool) -> Move:
    if not due:
        return _because(told, f"The next step is due at {told.due_at}.")
    to = next_share(said, told.share)
    return msgspec.structs.replace(told, act="release" if to >= WHOLE else "step", to=to)


def _unasked(stay: Move, one: Experiment, stage: Stage | None) -> Move:
    """Return what is done where no gate is asked: it begins, or all is over."""
    if one.status is not Status.RUNNING:
        return _because(stay, f"The experiment is {_STATUS[one.status]}.")
    if stage is None:
        return msgspec.structs.replace(stay, act="begin", reasons=("It begins.",))
    if stage.state is RolloutState.STOPPED:
        return _because(msgspec.structs.replace(stay, to=0.0), f"Rolled back: {stage.says}")
    if stage.state is RolloutState.DONE:
        return _because(stay, f"Everybody has it: {stage.says}")
    return _because(stay, "There is no gate to ask.")


def moved(configuration: Configuration, move: Move, now_ms: int) -> dict[str, str] | None:
    """Return the files of the configuration that a move leads to.

    None where there is nothing to do, or where somebody was quicker: the stage is not the one that
    the move was made for, or what it rests on was declared anew.
    """
    one = next((one for one in configuration.of(EXPERIMENTS) if one.name == move.experiment), None)
    if move.act == "stay" or one is None or one.rollout is None or declared(one) != move.declared:
        return None
    stage = stages_in(configuration).get(one.name)
    running = stage is None or stage.state in {RolloutState.RUNNING, RolloutState.PAUSED}
    here = one.rollout.first if stage is None else stage.share
    if (stage is None) != (move.act == "begin") or here != move.share or not running:
        return None
    state = {"release": RolloutState.DONE, "roll_back": RolloutState.STOPPED}.get(move.act)
    if state is None:
        state = RolloutState.RUNNING if stage is None else stage.state
    return with_stage(
        configuration,
        Stage(
            name=one.name,
            declared=move.declared,
            share=move.share if move.act == "roll_back" else move.to,
            since=format_time(now_ms),
            state=state,
            says=" ".join(move.reasons),
        ),
    )


def words(move: Move) -> str:
    """Return a move as one line for the audit log."""
    did = {
        "begin": f"begins at {move.to:g} %",
        "step": f"goes from {move.share:g} % to {move.to:g} %",
        "release": "goes to everybody",
        "roll_back": f"is rolled back from {move.share:g} %",
        "stay": f"stays at {move.share:g} %",
    }[move.act]
    return f"{move.experiment} {did}: {' '.join(move.reasons)}"


_STATUS = {
    Status.DRAFT: "a draft",
    Status.STOPPED: "stopped",
    Status.RUNNING: "running",
}


def _because(move: Move, reason: str) -> Move:
    return msgspec.structs.replace(move, reasons=(*move.reasons, reason))
