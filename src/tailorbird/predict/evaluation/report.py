"""Writes an evaluation as one HTML page with plots."""

from __future__ import annotations

import base64
import html
import importlib
import io
from pathlib import Path
from typing import Any

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.evaluation.replaying import Mark
from tailorbird.spine.errors import TailorbirdError

STYLE = (
    "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;text-align:right}"
    "td:first-child,th:first-child{text-align:left}tr:nth-child(2){font-weight:600}"
    "tr{border-bottom:1px solid #ddd}img{max-width:100%}"
)


class PlotsMissing(TailorbirdError):
    """Plots need matplotlib, which is not installed."""

    status = 500
    remedy = "Install it with `pip install 'tailorbird[plots]'`, or leave out --report."


def plotting() -> Any:  # noqa: ANN401 - matplotlib is an extra and has no types here
    """Return matplotlib, set to draw without a screen.

    Raises:
        PlotsMissing: The extra `plots` is not installed.
    """
    try:
        matplotlib = importlib.import_module("matplotlib")
    except ModuleNotFoundError as error:
        raise PlotsMissing from error
    matplotlib.use("Agg")
    return importlib.import_module("matplotlib.pyplot")


def write_report(folder: Path, name: str, predictions: int, marks: list[Mark]) -> Path:
    """Write `index.html` to the folder and return its path.

    Args:
        folder: Made when missing.
        name: Of the data.
        predictions: How many questions were asked.
        marks: One a recommender.
    """
    pyplot = plotting()
    folder.mkdir(parents=True, exist_ok=True)
    plots = [
        _bars(pyplot, "HitRate@20", marks, [mark.score.hit_rate for mark in marks]),
        _bars(pyplot, "MRR@20", marks, [mark.score.mrr for mark in marks]),
        _trade(pyplot, marks),
    ]
    images = "".join(f'<img alt="" src="data:image/png;base64,{plot}">' for plot in plots)
    title = f"Next item on {html.escape(name)}: {predictions:,} predictions"
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>{_table(marks)}{images}"
        "<p>Full ranking over all items, cut at 20. Intervals: 95 %, bootstrap over questions.</p>"
    )
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _table(marks: list[Mark]) -> str:
    head = "Model,HitRate@20,MRR@20,NDCG@20,Coverage,Popularity bias,Novelty,Fit s,p50 ms,p99 ms"
    rows = ["".join(f"<th>{name}</th>" for name in head.split(","))]
    for mark in marks:
        score = mark.score
        cells = [
            html.escape(mark.name),
            *(_interval(one) for one in (score.hit_rate, score.mrr, score.ndcg)),
            f"{score.coverage:.3f}",
            f"{score.popularity_bias:.3f}",
            f"{score.novelty:.1f}",
            f"{mark.fit_seconds:.1f}",
            f"{score.p50_ms:.3f}",
            f"{score.p99_ms:.3f}",
        ]
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _interval(measured: Measured) -> str:
    return f"{measured.value:.4f} <small>({measured.low:.4f}-{measured.high:.4f})</small>"


def _bars(pyplot: Any, title: str, marks: list[Mark], values: list[Measured]) -> str:  # noqa: ANN401
    figure, axes = pyplot.subplots(figsize=(8, 0.5 * len(marks) + 1.2))
    below = [one.value - one.low for one in values]
    above = [one.high - one.value for one in values]
    axes.barh(
        [mark.name for mark in marks],
        [one.value for one in values],
        xerr=[below, above],
        color=["#1f6f54", *["#b9c7c0"] * (len(marks) - 1)],
    )
    axes.invert_yaxis()
    axes.set_title(title)
    return drawn(pyplot, figure)


def _trade(pyplot: Any, marks: list[Mark]) -> str:  # noqa: ANN401
    figure, axes = pyplot.subplots(figsize=(8, 4))
    for mark in marks:
        axes.scatter(mark.score.popularity_bias, mark.score.coverage)
        axes.annotate(mark.name, (mark.score.popularity_bias, mark.score.coverage))
    axes.set_xlabel("popularity bias (mean percentile of what is shown)")
    axes.set_ylabel("coverage of the catalog")
    return drawn(pyplot, figure)


def drawn(pyplot: Any, figure: Any) -> str:  # noqa: ANN401
    """Return a figure as a PNG in base64, and close it."""
    image = io.BytesIO()
    figure.tight_layout()
    figure.savefig(image, format="png", dpi=110)
    pyplot.close(figure)
    return base64.b64encode(image.getvalue()).decode()
