"""`tailorbird experiment attribution`: which channels get the credit, by every model at once."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tailorbird.cli.options import AsJson
from tailorbird.cli.rooms import measuring
from tailorbird.measure.attribution import MODELS, Attribution, attributed

_PAPER = 100
_CAUTION = (
    "Credit is not cause: a channel that reaches those who would have bought anyway is credited "
    "all the same. What a channel brings about, only an experiment tells."
)


def attribution(  # noqa: PLR0913, PLR0917 - each is an option of the command
    touches: Annotated[str, typer.Option(help="A table with a row a touch.")],
    conversions: Annotated[str, typer.Option(help="A table with a row a purchase.")],
    unit: Annotated[str, typer.Option(help="The column of both that says who.")] = "user_id",
    channel: Annotated[str, typer.Option(help="The touches' column of channels.")] = "channel",
    touched_at: Annotated[str, typer.Option(help="The touches' column of times.")] = "at",
    converted_at: Annotated[str, typer.Option(help="The purchases' column of times.")] = "at",
    value: Annotated[
        str | None, typer.Option(help="The purchases' column of values; left out: 1 each.")
    ] = None,
    window_days: Annotated[
        float, typer.Option(help="How long before a purchase a touch may lie.")
    ] = 30.0,
    zone: Annotated[str, typer.Option(help="The time zone of bare times.")] = "UTC",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Share purchases among the channels that led to them: a description, no proof."""
    room = measuring("paths")
    paths = room.read_paths(
        room.Touches(
            touches=touches,
            conversions=conversions,
            unit=unit,
            channel=channel,
            touched_at=touched_at,
            converted_at=converted_at,
            value=value,
            window_days=window_days,
            zone=zone,
        )
    )
    found = [attributed(paths, model) for model in MODELS]
    if as_json:
        answer = {"caution": _CAUTION, "models": found}
        typer.echo(msgspec.json.encode(answer).decode())
    else:
        Console(width=_PAPER).print(_table(found))
        typer.echo(f"Purchases without a touch in the window: {found[0].untouched:,}.")
        typer.echo(_CAUTION)


def _table(found: list[Attribution]) -> Table:
    """Return channels by models, the value credited in each cell."""
    table = Table()
    table.add_column("channel")
    for one in found:
        table.add_column(one.model, justify="right")
    table.add_column("assisted", justify="right")
    values = [{one.channel: one.value for one in told.credits} for told in found]
    for credit in found[-1].credits:
        cells = [f"{told.get(credit.channel, 0.0):,.0f}" for told in values]
        table.add_row(escape(credit.channel), *cells, f"{credit.assisted:,}")
    return table
