"""`tailorbird simulate`: rehearse policies on a generated shop whose truth is known."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Optional, cast

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from tailorbird.bench.rehearsal.policies import POLICIES
from tailorbird.bench.rehearsal.report import PolicyLine, Report, Tried
from tailorbird.bench.rehearsal.scene import Plan, Told
from tailorbird.cli.options import AsJson
from tailorbird.cli.rooms import MeasureMissing
from tailorbird.cli.simulate_page import write_page

_NAMES = ", ".join(POLICIES)
_PAPER = 110


def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    shoppers: Annotated[int, typer.Option(help="How many come to the shop.", min=1)] = 2_000,
    days: Annotated[int, typer.Option(help="How long the experiment lasts.", min=1)] = 14,
    past: Annotated[int, typer.Option(help="Days of history to learn from.", min=1)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed has the same figures.", min=0)] = 1,
    policies: Annotated[
        str, typer.Option(help=f"By commas, the control first; known are {_NAMES}.")
    ] = "bestsellers,session,blend",
    holdout: Annotated[float, typer.Option(help="Share whom the experiment leaves out.")] = 0.05,
    trials: Annotated[
        int, typer.Option(help="Experiments drawn of each policy, to try the measuring.", min=0)
    ] = 500,
    report: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A folder for a page with plots and the experiment's table."),
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Rehearse policies on a generated shop: what they truly earn, and whether measuring finds it.

    Each policy is lived through by the same shoppers with the real engine, days on end.
    """
    names = tuple(name.strip() for name in policies.split(",") if name.strip())
    plan = Plan(shoppers, days, past, seed, names, holdout)
    try:
        telling = importlib.import_module("tailorbird.bench.rehearsal.telling")
    except ModuleNotFoundError as cause:
        raise MeasureMissing from cause
    with tempfile.TemporaryDirectory(prefix="tailorbird-simulate-") as place, _progress() as told:
        found = cast("Report", telling.run(Path(place), plan, trials, told))
        page = None if report is None else write_page(report, found, Path(place))
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        _show(found)
    if page is not None:
        print(f"The report is {page}", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Told]:
    """Yield what shows progress on a terminal; elsewhere it is silent."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def told(what: str, done: int, of: int) -> None:
            if what not in tasks:
                for task in tasks.values():
                    progress.update(task, total=1, completed=1)
                tasks[what] = progress.add_task(what, total=of or None)
            progress.update(tasks[what], completed=done, total=of or None)

        yield told


def _show(found: Report) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=_PAPER)
    plan = found.plan
    console.print(
        f"{plan.shoppers:,} shoppers, {plan.days} days, seed {plan.seed}: {found.visits:,} visits, "
        f"{found.exposed:,} shoppers saw recommendations.",
        highlight=False,
    )
    console.print(f"The analyst says: {found.verdict}", highlight=False, markup=False)
    table = _table(
        "What policies earn, a shopper",
        ("policy", "shoppers", "spent", "all would", "true effect", "measured", "interval", ""),
    )
    for line in found.lines:
        table.add_row(*_cells(line))
    console.print(table)
    if found.holdout_revenue is not None:
        out = f"Holdout: {found.holdout:,} shoppers spent {found.holdout_revenue:.2f} each."
        console.print(out, highlight=False)
    if found.trials:
        console.print(_tried(found.trials))


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, justify="left" if name == "policy" else "right")
    return table


def _cells(line: PolicyLine) -> tuple[str, ...]:
    head = (line.policy, f"{line.shoppers:,}", f"{line.revenue:.2f}", f"{line.would_be:.2f}")
    if line.truth is None:
        return (*head, "", "", "", "control")
    share = "" if line.relative is None else f" ({line.relative:+.0%})"
    truth = f"{line.truth:+.2f}{share}"
    if line.effect is None:
        return (*head, truth, "", "", "not to be told")
    low, high = (None if one is None else f"{one:+.1f}" for one in (line.low, line.high))
    between = f"{low or '-∞'} … {high or '∞'}"
    held = "holds it" if line.holds else "misses it"
    return (*head, truth, f"{line.effect:+.2f}", between, f"{held}, {line.outcome}")


def _tried(trials: tuple[Tried, ...]) -> Table:
    table = _table(
        f"{trials[0].experiments:,} experiments of {trials[0].shoppers:,} shoppers against control",
        ("policy", "true effect", "hold it", "find it", "with CUPED", "noise removed", "needed"),
    )
    for number, one in enumerate(trials):
        name = f"{one.policy} (A/A)" if number == 0 else one.policy
        table.add_row(
            name,
            f"{one.truth:+.2f} ({one.relative:+.0%})",
            f"{one.held:.1%}",
            f"{one.found:.1%}",
            f"{one.held_adjusted:.1%} · {one.found_adjusted:.1%}",
            f"{one.removed:.1%}",
            "" if one.needed is None else f"{one.needed:,}",
        )
    return table
