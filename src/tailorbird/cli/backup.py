"""`tailorbird backup` and `tailorbird restore`: a whole data folder as one file."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tailorbird.beside import pack, unpack
from tailorbird.cli.options import AsJson, Data, existing
from tailorbird.settings import read_settings
from tailorbird.spine.clock import format_time, wall_clock

_WITH = "The backup holds secret.key: whoever has the file can read the vault. Keep it as safe."
_WITHOUT = "The backup lacks secret.key: without that file the vault cannot be read. Keep it apart."
_MISSING = "The backup lacked secret.key: put the original beside control.db before anything else."

Written = Annotated[
    Path, typer.Argument(help="The file to write: .tar, or .tar.gz.", show_default=False)
]
Read = Annotated[Path, typer.Argument(help="A file that `backup` wrote.", show_default=False)]
WithoutSecret = Annotated[
    bool, typer.Option("--without-secret", help="Leave secret.key out, to be kept apart.")
]


def backup(
    file: Written,
    data: Data = None,
    without_secret: WithoutSecret = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write all databases and models into one file, beside a running server or without one."""
    settings = existing(data)
    made = pack(settings, file, format_time(wall_clock()), with_secret=not without_secret)
    print(_WITH if made.has_secret else _WITHOUT, file=sys.stderr)
    said = {"file": str(file), "bytes": file.stat().st_size, "hasSecret": made.has_secret}
    if as_json:
        print(msgspec.json.encode(said).decode())
    else:
        print(f"{file}: {file.stat().st_size / 1e6:,.1f} MB")


def restore(file: Read, data: Data = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Unpack a backup into a data folder that is empty or not there yet."""
    settings = read_settings(data=data)
    card = unpack(file, settings)
    if not card.has_secret:
        print(_MISSING, file=sys.stderr)
    said = {"data": settings.data, "madeAt": card.made_at, "hasSecret": card.has_secret}
    if as_json:
        print(msgspec.json.encode(said).decode())
    else:
        print(f"{settings.data} is as it was at {card.made_at}.")
