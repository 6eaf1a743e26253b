"""`tailorbird import`: files of events or items, into a data folder or to its server."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from tailorbird.catalog.feeds.registry import FEEDS, detect_feed, open_feed
from tailorbird.cli.destinations import destination
from tailorbird.cli.import_job import Job
from tailorbird.cli.import_report import Report
from tailorbird.cli.import_resume import Resume, fingerprint
from tailorbird.cli.options import AsJson, Data, Shop
from tailorbird.collect.sources.reading import OpenSource
from tailorbird.collect.sources.registry import SOURCES, Detected, detect, open_source
from tailorbird.collect.sources.rows import Options, Row, UnreadableFile
from tailorbird.settings import Settings, read_settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.garbage import seldom_collected
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

EVENTS, ITEMS = "events", "items"
_TOLD_EVERY = 2_000


class EventsUnlessSaid(TyperGroup):
    """`import FILE` means `import events FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own click
        """Put `events` in front of what begins with neither a command nor a call for help."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [EVENTS, *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


importing = typer.Typer(
    cls=EventsUnlessSaid,
    no_args_is_help=True,
    help="Read files of events or items; `import FILE` means `import events FILE`.",
)

File = Annotated[Path, typer.Argument(help="The file, plain or gzip.", show_default=False)]
Mapping = Annotated[Path | None, typer.Option(help="A YAML file that says what is where in FILE.")]
Currency = Annotated[
    str | None, typer.Option(help="The currency of prices in files that name none, such as EUR.")
]
Encoding = Annotated[
    str | None, typer.Option(help="The text's encoding; its mark's or UTF-8 when left out.")
]
Restart = Annotated[
    bool, typer.Option("--restart", help="Begin anew, though an earlier run was interrupted.")
]


@importing.command(EVENTS)
def import_events(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: File,
    format_: Annotated[
        str | None,
        typer.Option("--from", help=f"The format, of: {', '.join(SOURCES)}; else found out."),
    ] = None,
    mapping: Mapping = None,
    currency: Currency = None,
    encoding: Encoding = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    restart: Restart = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Read a file of events; they train and count, but trigger nothing."""
    options = _options(mapping, currency, encoding)
    found = _found(file, format_ or _by_mapping(mapping), detect)
    errand = Errand(file, EVENTS, found, options, restart)
    run_import(errand, read_settings(data=data), WorkspaceId(workspace), as_json=as_json)


@importing.command(ITEMS)
def import_items(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: File,
    format_: Annotated[
        str | None,
        typer.Option("--from", help=f"The format, of: {', '.join(FEEDS)}; else found out."),
    ] = None,
    mapping: Mapping = None,
    currency: Currency = None,
    encoding: Encoding = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    restart: Restart = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Read a product feed into the catalog; fields that it leaves out stay as they are."""
    options = _options(mapping, currency, encoding)
    found = _found(file, format_ or _by_mapping(mapping), detect_feed)
    errand = Errand(file, ITEMS, found, options, restart)
    run_import(errand, read_settings(data=data), WorkspaceId(workspace), as_json=as_json)


class Errand(msgspec.Struct, frozen=True):
    """What is to be imported: a file, as what, read how."""

    file: Path
    kind: str
    found: Detected
    options: Options
    restart: bool = False

    def open(self) -> OpenSource:
        """Open the file with the reader of its format."""
        opened = open_source if self.kind == EVENTS else open_feed
        options = msgspec.structs.replace(self.options, now_ms=wall_clock())
        return opened(self.file, self.found.source, options)

    def name(self, workspace: WorkspaceId) -> str:
        """Return by what a second run of the same import is known."""
        how = msgspec.json.encode(self.options).decode()
        return fingerprint(self.file, self.kind, self.found.source, how, workspace)


def run_import(
    errand: Errand, settings: Settings, workspace: WorkspaceId, *, as_json: bool
) -> None:
    """Carry an import out, with a bar on a terminal, and tell how it went."""
    quiet = as_json or not sys.stderr.isatty()
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        errand.open() as source,
        _bar(source, quiet=quiet) as advance,
    ):
        report = runner.run(_carry_out(errand, source, settings, workspace, advance))
    if as_json:
        print(msgspec.json.encode(report.wire()).decode())
    else:
        report.show(Console())


async def _carry_out(
    errand: Errand,
    source: OpenSource,
    settings: Settings,
    workspace: WorkspaceId,
    advance: Callable[[], None],
) -> Report:
    name = errand.name(workspace)
    resume = Resume(Path(settings.data) / "imports", name, errand.file)
    earlier = None if errand.restart else resume.found()
    mark = earlier or resume.fresh()
    rows_before, resumed_after = mark.counts.rows, mark.line if earlier else None
    async with destination(settings, workspace, errand.found.source) as place:
        job = Job(place, resume, name, errand.kind)
        with seldom_collected():
            began = time.perf_counter()
            counts = await job.run(_watched(source, advance), mark, advance)
            seconds = time.perf_counter() - began
    return Report(
        file=errand.file.name,
        format=errand.found.source,
        why=errand.found.why,
        workspace=workspace,
        kind=errand.kind,
        counts=counts,
        resumed_after=resumed_after,
        seconds=seconds,
        rows_now=counts.rows - rows_before,
    )


@contextmanager
def _bar(source: OpenSource, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how many of the file's bytes are read; give a function that brings it up to date."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
    )
    with progress:
        task = progress.add_task("importing", total=source.bytes_total)
        yield lambda: progress.update(task, completed=source.bytes_read)


def _watched(source: OpenSource, advance: Callable[[], None]) -> Iterator[Row]:
    for number, row in enumerate(source.rows(), start=1):
        if number % _TOLD_EVERY == 0:
            advance()
        yield row


def _found(file: Path, named: str | None, detected: Callable[[Path], Detected]) -> Detected:
    if named is None:
        return detected(file)
    return Detected(named, f"read as {named}")


def _by_mapping(mapping: Path | None) -> str | None:
    return None if mapping is None else "mapping"


def _options(mapping: Path | None, currency: str | None, encoding: str | None) -> Options:
    text = None
    if mapping is not None:
        try:
            text = mapping.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            raise UnreadableFile(f"The mapping {mapping} cannot be read: {cause}") from cause
    return Options(encoding=encoding, currency=currency, mapping=text)
