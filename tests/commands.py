"""Commands as people type them, run in this process, and small files for them to read."""

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
from typer.testing import CliRunner

from tailorbird.cli.main import app
from tailorbird.spine.errors import TailorbirdError

_FIRST_S = 1_442_000_000  # in September 2015


class Done(msgspec.Struct, frozen=True):
    """How a command ended: its exit code, what it printed, and where it complained."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what was printed, as JSON."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """Return what was printed, as NDJSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def command(*words: object) -> Done:
    """Run `tailorbird WORDS`; a mistake of the caller ends it as it does on a command line."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, TailorbirdError):
        mistake = result.exception
        return Done(1, result.stdout, f"{result.stderr}{mistake.detail}\n{mistake.remedy}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def retailrocket(path: Path, rows: int, *, bad: int = 0) -> Path:
    """Write a made-up file in RetailRocket's format, packed.

    Args:
        path: where.
        rows: how many events of 300 visitors.
        bad: how many further rows have a type that nobody knows.
    """
    kinds = ("view", "view", "view", "addtocart", "transaction")
    lines = ["Time\tUserId\tType\tItemId\tSessionId\tCatId"]
    for row in range(rows):
        visitor, item = row * 7 % 300, row * 11 % 90
        kind = kinds[row % len(kinds)]
        lines.append(f"{_FIRST_S + row}\t{visitor}\t{kind}\t{item}\t{visitor}\t{item % 9}")
    lines += [f"{_FIRST_S}\t1\tstolen\t{row}\t1\t1" for row in range(bad)]
    path.write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))
    return path


def segment(path: Path, *events: dict[str, Any]) -> Path:
    """Write events in Segment's format."""
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return path


def invoices(path: Path) -> Path:
    """Write three invoices in UCI Online Retail's format: two orders, and some bookkeeping."""
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    rows = (
        "1,A1,RED LAMP,2,2011-01-01 10:00:00,2.5,17,France",
        "1,A2,BLUE LAMP,1,2011-01-01 10:00:00,3,17,France",
        "2,A1,RED LAMP,1,2011-01-02 10:00:00,2.5,18,France",
        "3,M,Manual,1,2011-01-03 10:00:00,9,18,France",
    )
    path.write_text("\n".join([header, *rows, ""]), "utf-8")
    return path
