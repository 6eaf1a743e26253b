"""`tailorbird evaluate`: how well the product guesses the next item, beside simple floors."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tailorbird.predict.evaluation.datasets import read_dataset
from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.evaluation.readers import Exam, read_exam
from tailorbird.predict.evaluation.replaying import FLOORS, Mark, examined, luck_of
from tailorbird.predict.evaluation.report import plotting, write_report
from tailorbird.spine.errors import TailorbirdError

ROOT_VARIABLE = "TAILORBIRD_DATA_ROOT"
PAPER = 150


def evaluate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    dataset: Annotated[Optional[str], typer.Argument(help="A public data set by name.")] = None,  # noqa: UP045
    train: Annotated[Optional[Path], typer.Option(help="Sessions to learn from.")] = None,  # noqa: UP045
    test: Annotated[Optional[Path], typer.Option(help="Sessions or prefixes to be asked.")] = None,  # noqa: UP045
    data_root: Annotated[Optional[Path], typer.Option(help="Where data sets lie.")] = None,  # noqa: UP045
    against: Annotated[
        str, typer.Option(help=f"Floors to show, of: {', '.join(FLOORS)}.")
    ] = ",".join(FLOORS),
    report: Annotated[Optional[Path], typer.Option(help="Folder for an HTML report.")] = None,  # noqa: UP045
    seed: Annotated[int, typer.Option(help="Luck of sampling and learning.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Measure the next item of each test prefix at 20, the product's default first."""
    if report is not None:
        plotting()
    exam = _exam(dataset, train, test, data_root)
    names = _floors(against)
    luck = luck_of(seed, time.perf_counter)
    console = Console() if sys.stdout.isatty() else Console(width=PAPER)
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        watch = _watch(progress, len(exam.questions.end))
        marks = list(examined(exam, names, luck, watch))
    if as_json:
        typer.echo(json.dumps(_wire(exam, marks)))
    else:
        console.print(_table(exam, marks))
    if report is not None:
        path = write_report(report, exam.name, len(exam.questions.end), marks)
        typer.echo(f"Report: {path}", err=True)


def _exam(
    dataset: str | None, train: Path | None, test: Path | None, data_root: Path | None
) -> Exam:
    if train is not None and test is not None and dataset is None:
        return read_exam(_name_of(train), train, test)
    if dataset is None or train is not None or test is not None:
        raise typer.BadParameter("Give a data set by name, or both --train and --test.")
    root = data_root or (Path(named) if (named := os.environ.get(ROOT_VARIABLE)) else None)
    if root is None:
        raise typer.BadParameter(f"Give --data-root, or set {ROOT_VARIABLE}.")
    return read_dataset(dataset, root)


def _name_of(train: Path) -> str:
    return train.resolve().parent.name or train.name


def _floors(against: str) -> tuple[str, ...]:
    known = {name.lower(): name for name in FLOORS}
    asked = [name.strip().lower() for name in against.split(",") if name.strip()]
    for name in asked:
        if name not in known:
            raise typer.BadParameter(f"{name!r} is not one of {', '.join(FLOORS)}.")
    return tuple(known[name] for name in asked)


def _watch(progress: Progress, total: int) -> Callable[[str, int], None]:
    task = progress.add_task("reading", total=total)
    return lambda name, done: progress.update(task, description=name, completed=done)


def _wire(exam: Exam, marks: list[Mark]) -> dict[str, Any]:
    models = [
        {
            "name": mark.name,
            "hitrate@20": mark.score.hit_rate.value,
            "mrr@20": mark.score.mrr.value,
            "ndcg@20": mark.score.ndcg.value,
            "coverage@20": mark.score.coverage,
            "fitSeconds": mark.fit_seconds,
            "p50Ms": mark.score.p50_ms,
            "p99Ms": mark.score.p99_ms,
        }
        for mark in marks
    ]
    return {"data": exam.name, "predictions": len(exam.questions.end), "models": models}


def _table(exam: Exam, marks: list[Mark]) -> Table:
    table = Table(title=f"{exam.name}: {len(exam.questions.end):,} predictions, at 20")
    table.add_column("model")
    columns = "HitRate=Recall,MRR=MAP,NDCG,coverage,pop. bias,novelty,fit s,p50 ms,p99 ms"
    for name in columns.split(","):
        table.add_column(name, justify="right")
    for mark in marks:
        score = mark.score
        table.add_row(
            mark.name,
            *(_cell(one) for one in (score.hit_rate, score.mrr, score.ndcg)),
            f"{score.coverage:.3f}",
            f"{score.popularity_bias:.3f}",
            f"{score.novelty:.1f}",
            f"{mark.fit_seconds:.1f}",
            f"{score.p50_ms:.3f}",
            f"{score.p99_ms:.3f}",
        )
    return table


def _cell(measured: Measured) -> str:
    half = (measured.high - measured.low) / 2.0
    return f"{measured.value:.4f} ±{half:.4f}"


def main() -> None:
    """Run the command on its own; mistakes become one sentence and what to do."""
    try:
        typer.run(evaluate)
    except TailorbirdError as error:
        typer.echo(f"{error.detail}\n{error.remedy}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
