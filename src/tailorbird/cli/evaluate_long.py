"""`tailorbird evaluate long`: how well the whole past of people foretells what they come to."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.cli.evaluate import PAPER
from tailorbird.cli.evaluate_people import AsJson, Root, root_of
from tailorbird.predict.evaluation.datasets import read_dataset
from tailorbird.predict.evaluation.long import LongMark, examined_long
from tailorbird.predict.evaluation.metrics import Measured

_DATA = "amazon_beauty"


def evaluate_long(
    data_root: Root = None,
    seed: Annotated[int, typer.Option(help="Luck of learning and intervals.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Measure collaborative filtering on Amazon Beauty: the last purchase of each buyer, at 10.

    Beside it stand ALS (needs the extra `models`), item-kNN and popularity. The settings of all are
    chosen on the step before the last. It takes some minutes.
    """
    exam = read_dataset(_DATA, root_of(data_root))
    console = Console(stderr=True)
    quiet = not sys.stderr.isatty()
    told = (lambda _: None) if quiet else console.print
    marks = list(examined_long(exam, np.random.default_rng(seed), seed, told))
    if as_json:
        typer.echo(msgspec.json.encode({"people": len(exam.questions.end), "models": marks}))
        return
    shown = Console() if sys.stdout.isatty() else Console(width=PAPER)
    shown.print(_table(marks, len(exam.questions.end)))


def _table(marks: list[LongMark], people: int) -> Table:
    table = Table(title=f"{_DATA}: the last item of {people:,} people, at 10 (95 % intervals)")
    for name in ("model", "settings"):
        table.add_column(name)
    for name in ("Recall@10", "NDCG@10", "recall, less the first row's"):
        table.add_column(name, justify="right")
    for mark in marks:
        lead = "" if mark.lead is None else _cell(mark.lead)
        table.add_row(mark.name, mark.settings, _cell(mark.recall), _cell(mark.ndcg), lead)
    return table


def _cell(measured: Measured) -> str:
    return f"{measured.value:.4f} ({measured.low:.4f} to {measured.high:.4f})"
