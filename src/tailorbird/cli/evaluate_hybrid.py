"""`tailorbird evaluate hybrid`: does one learned ranker beat every source that it draws from?"""

from __future__ import annotations

import sys
from typing import Annotated, Optional

import msgspec
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import training_source
from tailorbird.cli.evaluate import PAPER
from tailorbird.cli.evaluate_people import AsJson, Root, root_of
from tailorbird.predict.evaluation.hybrid_exam import DATA, examine_hybrid, examine_public
from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.hybrid.trial import HybridTrial
from tailorbird.predict.training import read_diary
from tailorbird.settings import read_settings
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId


def evaluate_hybrid(
    data: Annotated[Optional[str], typer.Option(help="A data folder: its own log.")] = None,  # noqa: UP045
    data_root: Root = None,
    seed: Annotated[int, typer.Option(help="Luck of learning and intervals.")] = 0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Order the same candidates by the hybrid ranker, by the blend, and by each source alone.

    With --data, on a shop's own log; else on public data: Amazon Beauty and RetailRocket. Models
    learn from the older part, the ranker from one half of what came next, and the other half is
    asked. It needs the extra `models`.
    """
    rng = np.random.default_rng(seed)
    if data is None:
        root = root_of(data_root)
        found = {name: examine_public(name, root, rng) for name in DATA}
    else:
        source = training_source(read_settings(data=data), WorkspaceId(DEFAULT_WORKSPACE))
        try:
            found = {"own log": examine_hybrid(read_diary(source.batches()), rng)}
        finally:
            source.close()
    if as_json:
        typer.echo(msgspec.json.encode({name: _wire(trial) for name, trial in found.items()}))
        return
    console = Console() if sys.stdout.isatty() else Console(width=PAPER)
    for name, trial in found.items():
        console.print(_table(name, trial))


def _wire(trial: HybridTrial) -> dict[str, object]:
    return {"acts": trial.acts, "reason": trial.reason, "models": trial.marks}


def _table(name: str, trial: HybridTrial) -> Table:
    table = Table(
        title=f"{name}: {trial.acts:,} acts, at 20 (95 % intervals)", caption=trial.reason
    )
    table.add_column("ordered by")
    for column in ("HitRate@20", "NDCG@20", "NDCG, less the hybrid's"):
        table.add_column(column, justify="right")
    for mark in trial.marks:
        behind = "" if mark.behind is None else _cell(mark.behind)
        table.add_row(mark.name, _cell(mark.hit_rate), _cell(mark.ndcg), behind)
    return table


def _cell(measured: Measured) -> str:
    return f"{measured.value:.4f} ({measured.low:.4f} to {measured.high:.4f})"
