"""`tailorbird experiment rollout`: how far a rollout has come, what it would do, holding it."""

from typing import Annotated, Any

import msgspec
import typer

from tailorbird.api.rollouts import RolloutShown, rollout_shown, with_rollout
from tailorbird.beside import open_versions, server_of
from tailorbird.cli.either import held_or_there
from tailorbird.cli.options import AsJson, AtMs, Data, Shop, existing
from tailorbird.cli.own_experiment import read_own
from tailorbird.cli.remote import Remote
from tailorbird.compose import Install
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.ports import Deed
from tailorbird.configured import CARRIED, KINDS
from tailorbird.experiments.staging import Edit, by_hand, stages_in, with_stage
from tailorbird.measure.following import Move, asks, next_move, words
from tailorbird.measure.gates import judged
from tailorbird.settings import Settings
from tailorbird.spine.clock import format_time, wall_clock
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

Rehearse = Annotated[
    bool, typer.Option("--rehearse", help="Say what it would do now, and why; do nothing.")
]
Pause = Annotated[bool, typer.Option("--pause", help="Make no step until --resume.")]
Resume = Annotated[bool, typer.Option("--resume", help="Let it go on.")]
_BY = "tailorbird experiment rollout"


class TwoWishes(BadRequest):
    """Only one thing can be done at a time."""

    remedy = "Say --rehearse, or --pause, --resume and --share."


def rollout(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Annotated[str, typer.Argument(help="The experiment.")],
    rehearse: Rehearse = False,  # noqa: FBT002
    pause: Pause = False,  # noqa: FBT002
    resume: Resume = False,  # noqa: FBT002
    share: Annotated[
        float | None, typer.Option(help="Set the percent of people who get the arm by hand.")
    ] = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    at_ms: AtMs = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show how far a rollout has come, rehearse its next move, or hold it by hand."""
    settings, shop = existing(data), WorkspaceId(workspace)
    edits = pause or resume or share is not None
    if (rehearse and edits) or (pause and resume):
        raise TwoWishes
    if rehearse:
        move = rehearsed(settings, shop, name, wall_clock() if at_ms is None else at_ms)
        typer.echo(msgspec.json.encode(move).decode() if as_json else told(move))
        return
    if edits:
        shown = _changed(settings, shop, name, Edit(pause if pause or resume else None, share))
    else:
        active = _active(settings, shop)
        shown = rollout_shown(active, with_rollout(active, name))
    typer.echo(msgspec.json.encode(shown).decode() if as_json else said(shown))
    if not edits and not as_json:
        for line in _history(settings, shop, name):
            typer.echo(line)


def rehearsed(settings: Settings, shop: WorkspaceId, name: str, now_ms: int) -> Move:
    """Return what a rollout would do now; the numbers are read only where its gate is asked.

    Raises:
        UnknownExperiment: no experiment of this name has a rollout.
        MeasureMissing: the extra `measure` is not installed.
    """
    active = _active(settings, shop)
    one = with_rollout(active, name)
    stage = stages_in(active).get(name)
    gate = asks(one, stage)
    answer = None
    if gate is not None:
        answer = judged(gate, read_own(settings.data, shop, name, "UTC").reading)
    return next_move(one, stage, answer, now_ms)


def said(shown: RolloutShown) -> str:
    """Return how far a rollout has come, in words."""
    lines = [f"{shown.experiment}: {shown.arm} for {shown.share:g} % of people, {shown.state}."]
    lines += [f"  since {shown.since}: {shown.says}" if shown.since else f"  {shown.says}"]
    if shown.next is not None:
        soonest = "" if shown.due_at is None else f", at the soonest {shown.due_at}"
        lines += [f"  next: {shown.next:g} %{soonest}"]
    return "\n".join(lines)


def told(move: Move) -> str:
    """Return what a rollout would do, in words."""
    answer = "" if move.answer is None else f"\n  The gate says {move.answer}."
    return f"{words(move)}{answer}"


def _history(settings: Settings, shop: WorkspaceId, name: str) -> list[str]:
    versions = open_versions(settings, shop)
    try:
        made = sorted(versions.all(), key=lambda one: one.version)
    finally:
        versions.close()
    mine = [one for one in made if one.made_by == f"rollout of {name}" or _about(one.note, name)]
    return [
        f"  version {one.version}, {format_time(one.made_at_ms)}, by {one.made_by}: {one.note}"
        for one in mine
    ]


def _about(note: str, name: str) -> bool:
    return note.startswith(f"rollout of {name}: ")


def _active(settings: Settings, shop: WorkspaceId) -> Configuration:
    versions = open_versions(settings, shop)
    try:
        return Configurator(KINDS, versions).active
    finally:
        versions.close()


def _changed(settings: Settings, shop: WorkspaceId, name: str, edit: Edit) -> RolloutShown:
    async def here(_install: Install) -> RolloutShown:
        return await _changed_here(settings, shop, name, edit)

    def there() -> RolloutShown:
        with Remote(settings, server_of(settings), shop, "rollout") as remote:
            body = msgspec.json.encode(edit)
            answered: Any = remote.send("PATCH", f"/v1/experiments/{name}/rollout", body)
        return msgspec.convert(answered, RolloutShown)

    return held_or_there(settings, here, there)


async def _changed_here(
    settings: Settings, shop: WorkspaceId, name: str, edit: Edit
) -> RolloutShown:
    now_ms, versions = wall_clock(), open_versions(settings, shop)
    try:
        desk = Configurator(KINDS, versions, CARRIED)
        one = with_rollout(desk.active, name)
        stage = by_hand(desk.active, one, edit, now_ms)
        deed = Deed(_BY, now_ms, f"rollout of {name}: {stage.says}")
        await desk.amend(lambda active: with_stage(active, stage), deed)
        return rollout_shown(desk.active, one)
    finally:
        versions.close()
