"""`tailorbird evaluate business`: what weighing margin costs in relevance, on one's own log."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import training_source
from tailorbird.predict.evaluation.business import Compromise, compromises, offered
from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.evaluation.report import plotting
from tailorbird.predict.fitting import fit
from tailorbird.predict.registry.holdout import held_back
from tailorbird.predict.trainer import TooLittleData
from tailorbird.predict.training import read_diary
from tailorbird.settings import read_settings
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.ids import DEFAULT_WORKSPACE, ItemId, WorkspaceId

_BUDGET_S = 60.0
_PAPER = 110


class NoMargins(TailorbirdError):
    """No item of the catalog says what it costs the shop, so there is no margin to weigh."""

    status = 409
    remedy = "Send `cost` or `margin` with the items, then ask again."


def evaluate_business(
    data: Annotated[Optional[str], typer.Option(help="The data folder.")] = None,  # noqa: UP045
    workspace: Annotated[str, typer.Option(help="The shop.")] = DEFAULT_WORKSPACE,
    plot: Annotated[Optional[Path], typer.Option(help="Draw the curve into this PNG.")] = None,  # noqa: UP045
    seed: Annotated[int, typer.Option(help="Luck of sampling and learning.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Show, for several weights of margin, how often the wanted item is among twelve shown.

    A model learns from all but the newest tenth of the visits, and is asked about that tenth.
    """
    if plot is not None:
        plotting()
    rng = np.random.default_rng(seed)
    found = _measured(data, WorkspaceId(workspace), rng)
    if as_json:
        print(json.dumps([_wire(one) for one in found]))
    else:
        console = Console() if sys.stdout.isatty() else Console(width=_PAPER)
        console.print(_table(found))
    if plot is not None:
        _draw(found, plot)
        print(f"Plot: {plot}", file=sys.stderr)


def _measured(data: str | None, name: WorkspaceId, rng: np.random.Generator) -> list[Compromise]:
    source = training_source(read_settings(data=data), name)
    try:
        diary = read_diary(source.batches(), 0)
        shares = {item.id: item.margin_share for item in source.items()}
    finally:
        source.close()
    margins = np.full(len(diary.vocabulary), np.nan, np.float32)
    for code, item in enumerate(diary.vocabulary.ids):
        share = shares.get(ItemId(item))
        margins[code] = np.nan if share is None else share
    if np.isnan(margins).all():
        raise NoMargins
    sessions = diary.sessions()
    held = held_back(sessions, rng)
    if held is None:
        raise TooLittleData(f"{len(sessions)} sessions of two items are too few to hold some back")
    model = fit(held.head, rng=rng, budget_seconds=_BUDGET_S, item_count=len(diary.vocabulary))
    return compromises(offered(model, held.questions), margins, rng)


def _table(found: list[Compromise]) -> Table:
    table = Table(title="What weighing margin costs (95 % intervals)")
    for name in ("weight of margin", "HitRate@12", "mean margin shown", "margin of wanted items"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            f"{one.weight:g}",
            *(_cell(value) for value in (one.hit_rate, one.margin, one.wanted_margin)),
        )
    return table


def _cell(measured: Measured) -> str:
    return f"{measured.value:.4f} ({measured.low:.4f} to {measured.high:.4f})"


def _wire(one: Compromise) -> dict[str, Any]:
    return {
        "weight": one.weight,
        "hitrate@12": one.hit_rate._asdict(),
        "margin": one.margin._asdict(),
        "wantedMargin": one.wanted_margin._asdict(),
    }


def _draw(found: list[Compromise], path: Path) -> None:
    pyplot = plotting()
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    axes.errorbar(
        [one.margin.value for one in found],
        [one.hit_rate.value for one in found],
        xerr=[
            [one.margin.value - one.margin.low for one in found],
            [one.margin.high - one.margin.value for one in found],
        ],
        yerr=[
            [one.hit_rate.value - one.hit_rate.low for one in found],
            [one.hit_rate.high - one.hit_rate.value for one in found],
        ],
        marker="o",
        color="#1f6f54",
    )
    for one in found:
        axes.annotate(f" {one.weight:g}", (one.margin.value, one.hit_rate.value))
    axes.set_xlabel("mean margin of what is shown (share of the price)")
    axes.set_ylabel("wanted item among the twelve shown")
    axes.set_title("Relevance against margin, by the weight of margin")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
