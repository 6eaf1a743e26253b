"""`tailorbird evaluate exposures`: what clicks teach once it is known who looks where."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.cli.evaluate import PAPER
from tailorbird.cli.evaluate_people import AsJson
from tailorbird.predict.evaluation.exposures_exam import ExposureExam, examine_exposures
from tailorbird.predict.evaluation.metrics import Measured

_SHOPPERS = 2_500


def evaluate_exposures(
    shoppers: Annotated[int, typer.Option(help="How many the shop has.")] = _SHOPPERS,
    luck: Annotated[  # noqa: FBT002
        bool, typer.Option(help="Whether each list has an item drawn by luck.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Luck of the shop, of learning and intervals.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Learn from clicks on what was shown, on a generated shop whose truth is known.

    Is it found again how many people look at each place of a list? And does a ranker that allows
    for it order items better, by their true appeal, than one that takes clicks as they are? It
    takes two minutes, and needs the extra `models`.
    """
    exam = examine_exposures(shoppers, np.random.default_rng(seed), luck=luck)
    if as_json:
        typer.echo(msgspec.json.encode(exam._asdict()))
        return
    console = Console() if sys.stdout.isatty() else Console(width=PAPER)
    console.print(_looks(exam))
    console.print(_orders(exam))


def _looks(exam: ExposureExam) -> Table:
    found = Table(title=f"who looks where: {exam.lists:,} lists, {exam.clicks:,} clicks")
    for column in ("place", "true", "told by luck", "told by a click model"):
        found.add_column(column, justify="right")
    for place in exam.places:
        told = (f"{share:.2f}" for share in (place.true, place.by_luck, place.by_model))
        found.add_row(str(place.place), *told)
    return found


def _orders(exam: ExposureExam) -> Table:
    found = Table(
        title=f"by true appeal: {exam.moments:,} moments (95 % intervals)",
        caption=f"where mixed with next items, clicks have {exam.share:.0%} of the weight",
    )
    found.add_column("learned from")
    for column in ("NDCG@12", "ahead of clicks as they are"):
        found.add_column(column, justify="right")
    for mark in exam.rankers:
        found.add_row(mark.name, _cell(mark.ndcg), _cell(mark.ahead))
    return found


def _cell(measured: Measured) -> str:
    return f"{measured.value:.4f} ({measured.low:.4f} to {measured.high:.4f})"
