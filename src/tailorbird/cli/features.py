"""`tailorbird features`: what models read, declared once; as of now, or of any past moment."""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table as Shown

from tailorbird.beside import features_at, features_now, items_of
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.features.declaring import Entity
from tailorbird.features.feast import write_repository
from tailorbird.features.moment import Moment
from tailorbird.features.points import Point, read_points
from tailorbird.features.store import FEATURES, described
from tailorbird.features.tables import must_have_parquet, tables_of, write_csv
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

features = typer.Typer(no_args_is_help=True, help="Show and export the features that models read.")

Feast = Annotated[
    Path | None,
    typer.Option(help="Write a Feast repository with Parquet files into this folder."),
]
Points = Annotated[
    Path | None,
    typer.Option(
        help="CSV with `person`, `event_timestamp` and perhaps `item`: whose features, as of when."
    ),
]

_PAPER = 150


@features.command("list")
def show(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Show every feature: whose it is, its type and unit, what it says and what it reads."""
    if as_json:
        print(msgspec.json.encode([described(one) for one in FEATURES]).decode())
        return
    table = Shown("feature", "entity", "type", "unit", "meaning")
    for one in FEATURES:
        table.add_row(one.name, one.entity, one.kind, one.unit, one.says)
    (Console() if sys.stdout.isatty() else Console(width=_PAPER)).print(table)


@features.command()
def export(
    feast: Feast = None,
    points: Points = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
) -> None:
    """Write features of everybody as of now or, by a replay, of people at moments of the past.

    Without --feast it prints CSV. Nothing later than its moment is in a row: live events count from
    when they were received, imported ones from when they happened. People who refuse
    personalization are left out.
    """
    settings, name = existing(data), WorkspaceId(workspace)
    if feast is not None:
        must_have_parquet()
    asked = None if points is None else list(dict.fromkeys(read_points(points)))
    looks = _looks(settings, name, asked)
    wanted = 0 if asked is None else len(asked)
    if feast is None:
        rows = write_csv(looks, sys.stdout)
    else:
        wanted = len({(one.person, one.at_ms) for one in asked or ()})
        tables = tables_of(looks, items_of(settings, name), wall_clock())
        write_repository(feast, tables)
        rows = max((len(one.rows) for one in tables if one.entity is Entity.PERSON), default=0)
        for table in tables:
            print(f"{table.entity}: {len(table.rows):,} rows, {len(table.features)} features")
        print(f"Feast repository: {feast}")
    if wanted > rows:
        print(f"{wanted - rows:,} points left out: no consent", file=sys.stderr)


def _looks(
    settings: Settings, name: WorkspaceId, asked: list[Point] | None
) -> Iterable[tuple[Point, Moment]]:
    """Return what was known at the points, or one by one what is known of everybody now."""
    if asked is None:
        return ((one.point, one.moment) for one in features_now(settings, name, wall_clock()))

    async def replayed() -> list[tuple[Point, Moment]]:
        return [(one.point, one.moment) async for one in features_at(settings, name, asked)]

    return asyncio.run(replayed())
