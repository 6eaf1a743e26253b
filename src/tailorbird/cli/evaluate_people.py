"""`tailorbird evaluate value`, `intent` and `segments`: what the models of people are worth."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.cli.evaluate import PAPER, ROOT_VARIABLE
from tailorbird.predict.customer_value.bgnbd import BgNbd
from tailorbird.predict.customer_value.exam import ASKED_WEEKS, examine_value
from tailorbird.predict.evaluation.report import plotting
from tailorbird.predict.propensity.intent_exam import IntentMarks, examine_intent
from tailorbird.predict.propensity.judging import Judged
from tailorbird.predict.propensity.reliability import write_reliability
from tailorbird.predict.propensity.shoppers import ShopperMarks, examine_shoppers
from tailorbird.segments.exam import examine_segments

Root = Annotated[Optional[Path], typer.Option(help="Where data sets lie.")]  # noqa: UP045
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def evaluate_value(data_root: Root = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Measure customer value on CDNOW: learned on 39 weeks, asked about the next 39."""
    marks = examine_value(root_of(data_root))
    if as_json:
        typer.echo(msgspec.json.encode(marks))
        return
    found = Table(title=f"BG/NBD on CDNOW: {marks.customers:,} customers, 39 weeks")
    for name in ("", "r", "alpha", "a", "b"):
        found.add_column(name, justify="right" if name else "left")
    found.add_row("found", *_parameters(marks.coming_back))
    found.add_row("published", *_parameters(marks.published))
    totals = Table(title=f"The next {ASKED_WEEKS:.0f} weeks")
    for name in ("", "orders", "USD"):
        totals.add_column(name, justify="right" if name else "left")
    totals.add_row("expected", f"{marks.expected_orders:,.0f}", f"{marks.expected_money:,.0f}")
    totals.add_row("came", f"{marks.actual_orders:,}", f"{marks.actual_money:,.0f}")
    chances = table_of("Will they order within 90 days?")
    chances.add_row("BG/NBD, calibrated on the 90 days before", *cells(marks.judged))
    chances.add_row("BG/NBD as it is", *cells(marks.plain))
    chances.add_row("everybody alike", *cells(marks.floor))
    show(found, totals, chances, bins_of(marks.judged))


def evaluate_intent(
    data_root: Root = None,
    report: Annotated[Optional[Path], typer.Option(help="Folder for an HTML report.")] = None,  # noqa: UP045
    seed: Annotated[int, typer.Option(help="Luck of folds and learning.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Measure purchase intent: whole visits (Online Shoppers), and act by act (RetailRocket)."""
    if report is not None:
        plotting()
    root = root_of(data_root)
    visits, acts = examine_shoppers(root, seed), examine_intent(root, seed)
    if as_json:
        typer.echo(msgspec.json.encode({"onlineShoppers": visits, "retailrocket": acts}))
    else:
        show(*_shoppers(visits), *_acts(acts))
        typer.echo(f"an answer takes {acts.p50_ms:.3f} ms (p50), {acts.p99_ms:.3f} ms (p99)")
    if report is not None:
        curves = [(one.name, one.judged) for one in visits]
        path = write_reliability(report, [*curves, ("retailrocket, act by act", acts.judged)])
        typer.echo(f"Report: {path}", err=True)


def evaluate_segments(
    data_root: Root = None,
    seed: Annotated[int, typer.Option(help="Luck of starts.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Measure how stable segments are from day to day, on UCI Online Retail."""
    marks = examine_segments(root_of(data_root), seed)
    if as_json:
        typer.echo(msgspec.json.encode(marks))
        return
    days = Table(title="Segments found day after day (agreement: adjusted Rand index)")
    columns = "day,people,active that day,groups,with the day before,with other starts,silhouette"
    for name in columns.split(","):
        days.add_column(name, justify="right")
    for one in marks.days:
        days.add_row(
            one.day,
            f"{one.people:,}",
            f"{one.active:,}",
            str(one.groups),
            "" if one.stability is None else f"{one.stability:.3f}",
            f"{one.restart_stability:.3f}",
            f"{one.silhouette:.3f}",
        )
    groups = Table("segment", "people", title="On the last day")
    for name, people in marks.segments.items():
        groups.add_row(name, f"{people:,}")
    show(days, groups)


def _shoppers(visits: list[ShopperMarks]) -> list[Table]:
    table = table_of("Online Shoppers: does a visit end in a purchase? Five folds")
    for one in visits:
        table.add_row(f"tailorbird, {one.name}", *cells(one.judged))
        table.add_row("  before calibration", *cells(one.raw))
        if one.rival is not None:
            table.add_row("  scikit-learn gradient boosting, same folds", *cells(one.rival))
    return [table, bins_of(visits[0].judged)]


def _acts(acts: IntentMarks) -> list[Table]:
    table = table_of(f"RetailRocket: does an order come within {acts.minutes} minutes of an act?")
    table.add_row("tailorbird", *cells(acts.judged))
    table.add_row("rate at the same stage", *cells(acts.floor))
    depths = Table(title="As the visit unfolds")
    for name in ("acts so far", "answers", "yes", "AUC"):
        depths.add_column(name, justify="right")
    for one in acts.depths:
        span = str(one.least) if one.least == one.most else f"{one.least}-{one.most}"
        depths.add_row(span, f"{one.count:,}", f"{one.rate:.3f}", f"{one.auc:.4f}")
    return [table, bins_of(acts.judged), depths]


def root_of(given: Path | None) -> Path:
    """Return the folder of data sets: what was given, else what the environment names."""
    named = os.environ.get(ROOT_VARIABLE)
    root = given or (Path(named) if named else None)
    if root is None:
        raise typer.BadParameter(f"Give --data-root, or set {ROOT_VARIABLE}.")
    return root


def table_of(title: str) -> Table:
    """Return a table for judged probabilities, to be filled with `cells`."""
    table = Table(title=title)
    table.add_column("model")
    for name in ("answers", "yes", "AUC", "AP", "Brier", "ECE"):
        table.add_column(name, justify="right")
    return table


def cells(judged: Judged) -> tuple[str, ...]:
    """Return a row of `table_of`, but for its name."""
    return (
        f"{judged.count:,}",
        f"{judged.rate:.3f}",
        *(f"{one:.4f}" for one in (judged.auc, judged.ap, judged.brier, judged.ece)),
    )


def bins_of(judged: Judged) -> Table:
    """Return what was said and what came true, group by group."""
    table = Table(title="Ten groups of the same size, the least likely first")
    table.add_column("")
    for group in range(len(judged.bins)):
        table.add_column(str(group + 1), justify="right")
    table.add_row("said", *(f"{one.said:.3f}" for one in judged.bins))
    table.add_row("came true", *(f"{one.happened:.3f}" for one in judged.bins))
    return table


def show(*tables: Table) -> None:
    """Print tables, at a fixed width where nobody watches."""
    console = Console() if sys.stdout.isatty() else Console(width=PAPER)
    for table in tables:
        console.print(table)


def _parameters(model: BgNbd) -> tuple[str, ...]:
    return tuple(f"{one:.3f}" for one in (model.r, model.alpha, model.a, model.b))
