"""`tailorbird apply`: YAML files become the configuration in force, or the version before does."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, Protocol

import msgspec
import typer
from rich.console import Console

from tailorbird.api.configuring import AppliedShown, ChangeShown, applied_shown
from tailorbird.beside import open_versions, server_of
from tailorbird.cli.options import AsJson, Data, Shop
from tailorbird.cli.remote import Remote
from tailorbird.compose import Install
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.ports import Deed
from tailorbird.configure.reading import texts_of
from tailorbird.configured import CARRIED, KINDS
from tailorbird.settings import Settings, read_settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.errors import BadRequest, Locked
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

_BY = "tailorbird apply"
_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}


DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and compare, but change nothing.")]
Rollback = Annotated[
    bool, typer.Option("--rollback", help="Go back to the version before, or to a named one.")
]


class NothingToApply(BadRequest):
    """Nothing was said to apply."""

    remedy = "Name a folder or a file, or say --rollback."


class _Desk(Protocol):
    """Whoever keeps the configuration: this process, or the server."""

    def apply(self, files: dict[str, str], note: str, *, dry_run: bool) -> AppliedShown: ...

    def roll_back(self, version: int | None, note: str) -> AppliedShown: ...


def apply(  # noqa: PLR0913, PLR0917 - each is an option of the command
    place: Annotated[
        Path | None,
        typer.Argument(
            help="A YAML file or a folder of them; behind --rollback, a version.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,  # noqa: FBT002
    rollback: Rollback = False,  # noqa: FBT002
    note: Annotated[str, typer.Option(help="Why, for the audit log.")] = "",
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Put a folder of YAML files in force: all of it at once, or nothing and the reasons."""
    settings = read_settings(data=data)
    with _desk(settings, WorkspaceId(workspace)) as desk:
        if rollback:
            done = desk.roll_back(_version(place), note)
        elif place is None:
            raise NothingToApply
        else:
            done = desk.apply(texts_of(place), note, dry_run=dry_run)
    if as_json:
        print(msgspec.json.encode(done).decode())
    else:
        _show(done, Console(highlight=False))


class _Here:
    """The data folder's own control file, which nobody serves now."""

    def __init__(self, desk: Configurator) -> None:
        self._desk = desk

    def apply(self, files: dict[str, str], note: str, *, dry_run: bool) -> AppliedShown:
        if dry_run:
            return applied_shown(_ran(self._desk.try_out(files)))
        return applied_shown(_ran(self._desk.apply(files, Deed(_BY, wall_clock(), note))))

    def roll_back(self, version: int | None, note: str) -> AppliedShown:
        return applied_shown(_ran(self._desk.roll_back(version, Deed(_BY, wall_clock(), note))))


class _There:
    """The server of the data folder, by HTTP."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def apply(self, files: dict[str, str], note: str, *, dry_run: bool) -> AppliedShown:
        body = msgspec.json.encode({"files": files, "note": note, "dryRun": dry_run})
        return msgspec.convert(self._remote.send("PUT", "/v1/config", body), AppliedShown)

    def roll_back(self, version: int | None, note: str) -> AppliedShown:
        body = msgspec.json.encode({"version": version, "note": note})
        answered = self._remote.send("POST", "/v1/config/rollback", body)
        return msgspec.convert(answered, AppliedShown)


@contextlib.contextmanager
def _desk(settings: Settings, workspace: WorkspaceId) -> Iterator[_Desk]:
    """Lend the configuration of a shop, with the folder held, or its server."""
    try:
        install = Install(settings, serving=False)
    except Locked:
        with Remote(settings, server_of(settings), workspace, "apply") as remote:
            yield _There(remote)
        return
    try:
        with contextlib.closing(open_versions(settings, workspace)) as versions:
            yield _Here(Configurator(KINDS, versions, CARRIED))
    finally:
        _ran(install.close())


def _ran(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    return asyncio.run(work)


def _version(place: Path | None) -> int | None:
    """Return the version to go back to: `--rollback` alone is the one before."""
    if place is None:
        return None
    if not str(place).isdecimal():
        raise NothingToApply(f"{place} is no version to go back to.")
    return int(str(place))


def _show(done: AppliedShown, console: Console) -> None:
    for change in done.changes:
        _show_change(change, console)
    if not done.changes:
        console.print(f"Nothing is different: version {done.version} stays in force.")
    elif done.done:
        console.print(f"Version {done.version} is in force; before it was {done.before}.")
    else:
        console.print(f"This would become version {done.version}; nothing was changed.")


def _show_change(change: ChangeShown, console: Console) -> None:
    console.print(f"{_SIGNS[change.what]} {change.kind}: {change.name}")
    for field in change.fields:
        console.print(f"    {field.path}: {_short(field.before)} → {_short(field.after)}")


def _short(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "not said"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:59]}…"
