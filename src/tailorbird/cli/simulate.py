"""`tailorbird simulate`: rehearse policies on a generated shop whose truth is known."""

from __future__ import annotations

import importlib
import shutil
import signal
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

from tailorbird.bench.rehearsal.policies import POLICIES
from tailorbird.bench.rehearsal.report import Report
from tailorbird.bench.rehearsal.scene import Plan, Told
from tailorbird.bench.rehearsal.seeds import over_seeds
from tailorbird.cli.options import AsJson
from tailorbird.cli.rooms import MeasureMissing
from tailorbird.cli.simulate_page import write_page
from tailorbird.cli.simulate_tables import show, show_together
from tailorbird.cli.teaching import teach

_NAMES = ", ".join(POLICIES)
_BY_SIGNAL = 128
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - tempfile makes the folder in it


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
    learn: Annotated[
        int, typer.Option(help="Days of offers by lot, where a policy goes by uplift.", min=1)
    ] = 28,
    lots: Annotated[
        int, typer.Option(help="How many come in those days; 0: as many as later.", min=0)
    ] = 0,
    seeds: Annotated[
        int, typer.Option(help="So many shops, one after another; with intervals over them.", min=1)
    ] = 1,
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
    plan = Plan(shoppers, days, past, seed, names, holdout, learn_days=learn, learn_shoppers=lots)
    roomy = tempfile.TemporaryDirectory(prefix="tailorbird-simulate-", dir=_roomy())
    with _tidy(), roomy as place, _progress() as told:
        found = _rehearsed(Path(place), plan, seeds, trials, told)
        together = over_seeds(found) if seeds > 1 else None
        page = None if report is None else write_page(report, found[0], Path(place) / "0", together)
    if as_json:
        whole = found[0] if together is None else {"reports": found, "overSeeds": together}
        sys.stdout.write(msgspec.json.encode(whole).decode() + "\n")
    elif together is None:
        show(found[0])
    else:
        show_together(together)
    if page is not None:
        print(f"The report is {page}", file=sys.stderr)


def _roomy() -> str | None:
    """Return a folder in memory, if there is one with room; None for the usual one.

    Worlds write all the time, and are thrown away: a disk would only make them wait.
    """
    return str(_MEMORY) if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None


@contextmanager
def _tidy() -> Iterator[None]:
    """Leave no worlds in memory when somebody ends the command with SIGTERM."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(_BY_SIGNAL + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _rehearsed(place: Path, plan: Plan, seeds: int, trials: int, told: Told) -> list[Report]:
    """Return the rehearsals of one shop after another; the worlds of the first are left."""
    try:
        telling = importlib.import_module("tailorbird.bench.rehearsal.telling")
    except ModuleNotFoundError as cause:
        raise MeasureMissing from cause
    found: list[Report] = []
    for number in range(seeds):
        own = msgspec.structs.replace(plan, seed=plan.seed + number)

        def heard(what: str, done: int, of: int, shop: int = own.seed) -> None:
            told(what if seeds == 1 else f"shop {shop}: {what}", done, of)

        folder = place / str(number)
        folder.mkdir()
        found.append(cast("Report", telling.run(folder, own, trials, heard, teach)))
        if number:
            shutil.rmtree(folder)
    return found


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
