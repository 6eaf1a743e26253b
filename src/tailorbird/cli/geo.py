"""`tailorbird experiment geo` and `geo-plan`: campaigns by region, read and planned."""

from enum import StrEnum
from typing import Annotated

import msgspec
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.cli.options import AsJson
from tailorbird.cli.rooms import measuring
from tailorbird.measure.geo.design import Design, Wanted, designs
from tailorbird.measure.geo.effects import GeoReading, read_geo
from tailorbird.measure.geo.panel import Panel, trial_of

_PAPER = 100


class Counterfactual(StrEnum):
    """How it is told what would have been."""

    SYNTHETIC_CONTROL = "synthetic_control"
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"


From = Annotated[
    str,
    typer.Option(help="A CSV or Parquet file, or shop.duckdb:sales, with a row a region and day."),
]
Region = Annotated[str, typer.Option(help="The column of regions.")]
Day = Annotated[str, typer.Option(help="The column of days.")]
Value = Annotated[str, typer.Option(help="The column of numbers, such as sales.")]
How = Annotated[Counterfactual, typer.Option(help="How it is told what would have been.")]
Alpha = Annotated[float, typer.Option(help="The accepted chance of a false alarm.")]


def geo(  # noqa: PLR0913, PLR0917 - each is an option of the command
    table: From,
    treated: Annotated[str, typer.Option(help="The treated regions, with commas between.")],
    start: Annotated[str, typer.Option(help="The first treated day, such as 2026-01-31.")],
    region: Region = "region",
    day: Day = "date",
    value: Value = "value",
    method: How = Counterfactual.SYNTHETIC_CONTROL,
    alpha: Alpha = 0.05,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Read a campaign that ran in some regions, from its start to the end of the table."""
    panel = _panel(table, region, day, value)
    names = [name.strip() for name in treated.split(",") if name.strip()]
    reading = read_geo(trial_of(panel, names, start), method.value, alpha)
    if as_json:
        typer.echo(msgspec.json.encode(reading).decode())
    else:
        _show(reading)


def geo_plan(  # noqa: PLR0913, PLR0917 - each is an option of the command
    table: From,
    days: Annotated[int, typer.Option(help="How long the campaign will run.")],
    regions: Annotated[int, typer.Option(help="How many regions to treat.")] = 2,
    region: Region = "region",
    day: Day = "date",
    value: Value = "value",
    method: How = Counterfactual.SYNTHETIC_CONTROL,
    alpha: Alpha = 0.1,
    seed: Annotated[int, typer.Option(help="Luck of the draws.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Find regions to treat, and the lift that would be seen, on history without a campaign."""
    panel = _panel(table, region, day, value)
    wanted = Wanted(days=days, regions=regions, method=method.value, alpha=alpha)
    found = designs(panel, wanted, np.random.default_rng(seed))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        Console(width=_PAPER).print(_table(found))


def _panel(table: str, region: str, day: str, value: str) -> Panel:
    panel: Panel = measuring("geo.reading_tables").read_panel(table, region, day, value)
    return panel


def _show(reading: GeoReading) -> None:
    within = reading.interval
    low, high = ("?" if end is None else f"{end:,.1f}" for end in (within.low, within.high))
    typer.echo(reading.says)
    typer.echo(f"A region and day: {reading.effect:+,.1f} ({low} to {high}).")
    typer.echo(f"As strong by placebo: {reading.placebo_p:.0%} of the regions.")
    shares = [f"{name} {share:.1%}" for name, share in list(reading.weights.items())[:8]]
    typer.echo(f"Compared with: {', '.join(shares)}.")


def _table(found: list[Design]) -> Table:
    table = Table()
    table.add_column("regions to treat")
    for name in ("of all", "fit", "false alarms", "seen at 80 %"):
        table.add_column(name, justify="right")
    for one in found:
        least = one.minimum_detectable
        table.add_row(
            ", ".join(one.treated),
            f"{one.share:.1%}",
            f"{one.fit:.2f}",
            f"{one.power[0].seen:.0%}",
            "none tried" if least is None else f"lift {least:.0%}",
        )
    return table
