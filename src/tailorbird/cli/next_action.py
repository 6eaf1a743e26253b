"""`tailorbird next-action`: what would be done for somebody now, and what each action is worth."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import server_of
from tailorbird.cli.either import here_or_there
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.remote import Remote
from tailorbird.compose import Workspace
from tailorbird.configure.reading import texts_of
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.decide.actions.wire import NEXT_ACTION
from tailorbird.decide.configuration import placements_in
from tailorbird.decide.wire import DecideRequest, Slot, decode_request
from tailorbird.settings import Settings
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import DEFAULT_WORKSPACE, Subject, WorkspaceId

_UNHURRIED_MS = 5_000.0


class NotSomebody(BadRequest):
    """This does not name whom to look at."""

    remedy = "Name them as user:ID or anonymous:ID."


class NotAnActionPlacement(BadRequest):
    """The placement shows something; no actions compete in it."""

    remedy = "Name a placement of kind `action` with --placement."


def next_action(  # noqa: PLR0913, PLR0917 - each is an option of the command
    who: Annotated[
        str, typer.Argument(metavar="ID", help="user:ID or anonymous:ID.", show_default=False)
    ],
    draft: Annotated[
        Path | None, typer.Option(help="YAML files to look at instead of those in force.")
    ] = None,
    context: Annotated[
        str, typer.Option(help='Where they are, as JSON: {"cart": [{"item": "tent"}]}.')
    ] = "{}",
    placement: Annotated[str, typer.Option(help="Where the actions compete.")] = NEXT_ACTION,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show what would be done for somebody now, and what each action is worth; nothing is done."""
    request = _request(who, placement, context)
    files = {} if draft is None else texts_of(draft)
    found = _looked(existing(data), WorkspaceId(workspace), request, files)
    if "actions" not in found:
        raise NotAnActionPlacement(f"{placement!r} is no placement of kind `action`.")
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found, Console(highlight=False))


def _request(who: str, placement: str, context: str) -> DecideRequest:
    kind, colon, name = who.partition(":")
    if not (colon and name) or kind not in {"user", "anonymous"}:
        raise NotSomebody(f"{who!r} names nobody.")
    field = "userId" if kind == "user" else "anonymousId"
    slots = msgspec.json.encode([{"name": placement}]).decode()
    named = msgspec.json.encode(name).decode()
    body = f'{{"{field}": {named}, "placements": {slots}, "context": {context}}}'
    request = decode_request(body.encode())
    return msgspec.structs.replace(
        request, dry_run=True, explain=True, placements=(Slot(placement),)
    )


def _looked(
    settings: Settings, workspace: WorkspaceId, request: DecideRequest, files: dict[str, str]
) -> dict[str, Any]:
    async def here(shop: Workspace) -> dict[str, Any]:
        return await _decided(shop, request, files)

    def there() -> dict[str, Any]:
        with Remote(settings, server_of(settings), workspace, "next-action") as remote:
            body = msgspec.json.encode({"files": files, "decide": request})
            answered = remote.send("POST", "/v1/config/preview", body)
        found: dict[str, Any] = answered["decisions"][0]
        return found

    return here_or_there(settings, workspace, here, there, serving=True)


async def _decided(
    shop: Workspace, request: DecideRequest, files: dict[str, str]
) -> dict[str, Any]:
    active = shop.configurator.active
    draft = await shop.configurator.draft({**active.files, **files})
    decider = shop.decider.under(placements_in(draft), shop.counters.under(draft))
    anonymous_id, user_id = (
        None if one is None else shop.pseudonyms.stand_in(str(one))
        for one in (request.anonymous_id, request.user_id)
    )
    answer = await decider.decide(
        request,
        Subject(anonymous_id, user_id),
        NO_CHOICES,
        deadline_ms=_UNHURRIED_MS,
        explain=True,
    )
    found: dict[str, Any] = msgspec.to_builtins(answer.decisions[0])
    return found


def _show(found: dict[str, Any], console: Console) -> None:
    taken = ", ".join(one["id"] for one in found["actions"])
    table = Table("action", box=None)
    for title in ("gain", "chance"):
        table.add_column(title, justify="right")
    table.add_column("why")
    for one in found["considered"]:
        gain = one.get("gain")
        worth = "-" if gain is None else f"{gain:.2f} {one.get('currency') or ''}"
        table.add_row(one["id"], worth, f"{one['actionProbability']:.0%}", one["why"])
    console.print(table)
    console.print(f"Would be done now: {taken}.")
