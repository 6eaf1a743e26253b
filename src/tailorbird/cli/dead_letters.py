"""`tailorbird dead-letters`: what was refused and why, and sending it again."""

from itertools import islice
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import files_of, server_of
from tailorbird.cli.either import here_or_there
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.remote import Remote
from tailorbird.collect.mending import SentAgain, send_again
from tailorbird.compose import Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

dead_letters = typer.Typer(no_args_is_help=True, help="Show refused events, and send them again.")

_A_CALL = 200
Ids = Annotated[list[int] | None, typer.Argument(help="Which letters.", show_default=False)]


class NoLetters(BadRequest):
    """Nothing is named to be sent again."""

    remedy = "Name letters by their ids, or give --all."


@dead_letters.command("list")
def list_letters(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    limit: Annotated[int, typer.Option(min=1, help="How many, the oldest first.")] = 50,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show refused events with their reasons; bodies come with --json."""
    files = files_of(existing(data), WorkspaceId(workspace))
    found = list(islice(files.dead_letters(), limit))
    files.close()
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("id", "at", "source", "reason", box=None)
    for one in found:
        table.add_row(str(one.id), format_time(one.at_ms)[:19], one.source, one.reason)
    Console().print(table)


@dead_letters.command("replay")
def replay_letters(
    letters: Ids = None,
    all_: Annotated[bool, typer.Option("--all", help="Send all of them again.")] = False,  # noqa: FBT002
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Send refused events again; those that get in now leave the list."""
    settings, name = existing(data), WorkspaceId(workspace)
    wanted = _all(settings, name) if all_ else (letters or [])
    if not wanted and not all_:
        raise NoLetters
    results = _sent_again(settings, name, wanted)
    if as_json:
        print(msgspec.json.encode(results).decode())
        return
    for one in results:
        print(f"{one.id}: {_told(one)}")
    print(f"{sum(one.accepted for one in results):,} of {len(results):,} got in.")


def _all(settings: Settings, name: WorkspaceId) -> list[int]:
    files = files_of(settings, name)
    try:
        return [one.id for one in files.dead_letters()]
    finally:
        files.close()


def _sent_again(settings: Settings, name: WorkspaceId, letters: list[int]) -> list[SentAgain]:
    async def here(shop: Workspace) -> list[SentAgain]:
        return [
            await send_again(one, None, shop.collector, shop.stores.dead_letters) for one in letters
        ]

    return here_or_there(settings, name, here, lambda: _by_server(settings, name, letters))


def _by_server(settings: Settings, name: WorkspaceId, letters: list[int]) -> list[SentAgain]:
    results: list[SentAgain] = []
    with Remote(settings, server_of(settings), name, "dead-letters") as remote:
        for start in range(0, len(letters), _A_CALL):
            wanted = [{"id": one} for one in letters[start : start + _A_CALL]]
            body = msgspec.json.encode({"letters": wanted})
            answer = remote.send("POST", "/v1/dead-letters/replay", body)
            results += msgspec.convert(answer["results"], list[SentAgain])
    return results


def _told(one: SentAgain) -> str:
    if one.accepted:
        return "accepted"
    return "known already" if one.duplicate else (one.reason or "withheld by consent")
