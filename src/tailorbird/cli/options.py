"""The options that every command spells the same way."""

from pathlib import Path
from typing import Annotated

import typer

from tailorbird.settings import Settings, read_settings
from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.errors import BadRequest

Data = Annotated[str | None, typer.Option(help="The data folder; `data` when left out.")]
Shop = Annotated[str, typer.Option("--workspace", help="The shop: a workspace of the data folder.")]
AtMs = Annotated[
    int | None,
    typer.Option(help="The time to take for now, in milliseconds since 1970.", metavar="TIME"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]


class NotAMoment(BadRequest):
    """The text is not a moment."""

    remedy = "Write it as 2026-01-31 or 2026-01-31T23:59:59Z."


class NoSuchFolder(BadRequest):
    """There is no data folder here."""

    remedy = "Name it with --data; `tailorbird serve` and `tailorbird import` make one."


def moment(text: str | None) -> int:
    """Return the moment that an option names, in milliseconds since 1970 (UTC); 0 for none.

    Raises:
        NotAMoment: the text is none.
    """
    if text is None:
        return 0
    try:
        return parse_time_ms(text)
    except ValueError as cause:
        raise NotAMoment(f"{text!r} is not a date, nor a date and a time.") from cause


def existing(data: str | None) -> Settings:
    """Return the settings for a data folder that must be there already.

    Raises:
        NoSuchFolder: it is not.
    """
    settings = read_settings(data=data)
    if not Path(settings.data).is_dir():
        raise NoSuchFolder(f"There is no data folder {settings.data}.")
    return settings
