"""`tailorbird replay`: derived state made anew from the log, or checked against it."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tailorbird.beside import Replayed, check, replace
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

CheckOnly = Annotated[
    bool, typer.Option("--check", help="Change nothing; exit with 1 if live and replay differ.")
]


def replay(
    check_only: CheckOnly = False,  # noqa: FBT002
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Rebuild identities and profiles from the log, or compare them with the live ones."""
    settings, name = existing(data), WorkspaceId(workspace)
    work = check if check_only else replace
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        _counter(quiet=as_json or not sys.stderr.isatty()) as told,
    ):
        done = runner.run(work(settings, name, told))
    if as_json:
        print(msgspec.json.encode({"checked": check_only, **_wire(done)}).decode())
    else:
        _show(done, checked=check_only)
    if done.different:
        raise typer.Exit(1)


def _wire(done: Replayed) -> dict[str, object]:
    wire: dict[str, object] = msgspec.to_builtins(done)
    return wire


def _show(done: Replayed, *, checked: bool) -> None:
    rows = ", ".join(f"{count:,} {table}" for table, count in done.tables.items())
    print(f"{done.events:,} events up to offset {done.offset:,} make {rows}.")
    if not checked:
        print("The live state is replaced by these.")
        return
    for one in done.first:
        print(f"  {one.table} {one.key}: {one.what} in the live state")
    print(
        f"{done.different:,} values differ."
        if done.different
        else "The live state is the same, bit for bit."
    )


@contextmanager
def _counter(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} events"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
    )
    with progress:
        task = progress.add_task("replay", total=None)
        yield lambda events: progress.update(task, completed=events)
