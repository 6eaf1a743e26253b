"""Reliability plots: what was said against what came true, as one HTML page."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tailorbird.predict.evaluation.report import STYLE, plotting
from tailorbird.predict.propensity.judging import Judged

_HEAD = ("model", "answers", "yes", "AUC", "AP", "Brier", "ECE")


def write_reliability(folder: Path, curves: Sequence[tuple[str, Judged]]) -> Path:
    """Write `index.html` with a table and a plot of each model, and return its path.

    Args:
        folder: made when missing.
        curves: names and marks.

    Raises:
        PlotsMissing: the extra `plots` is not installed.
    """
    pyplot = plotting()
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(_row(name, marks) for name, marks in curves)
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    images = "".join(_figure(pyplot, name, marks) for name, marks in curves)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Reliability</title>'
        f"<style>{STYLE}</style><h1>What was said, and what came true</h1>"
        f"<table><tr>{head}</tr>{rows}</table>{images}"
        "<p>Ten groups of the same size; on the line, what was said came true.</p>"
    )
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _row(name: str, marks: Judged) -> str:
    values = (marks.rate, marks.auc, marks.ap, marks.brier, marks.ece)
    cells = [html.escape(name), f"{marks.count:,}", *(f"{value:.4f}" for value in values)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _figure(pyplot: Any, name: str, marks: Judged) -> str:  # noqa: ANN401 - matplotlib's
    figure, axes = pyplot.subplots(figsize=(5, 5))
    most = max(max(one.said, one.happened) for one in marks.bins) * 1.05
    axes.plot([0, most], [0, most], color="#b9c7c0")
    axes.plot(
        [one.said for one in marks.bins],
        [one.happened for one in marks.bins],
        marker="o",
        color="#1f6f54",
    )
    axes.set_xlabel("probability said")
    axes.set_ylabel("share that came true")
    axes.set_title(f"{name}: ECE {marks.ece:.4f}, Brier {marks.brier:.4f}")
    image = io.BytesIO()
    figure.tight_layout()
    figure.savefig(image, format="png", dpi=110)
    pyplot.close(figure)
    data = base64.b64encode(image.getvalue()).decode()
    return f'<img alt="Reliability of {html.escape(name)}" src="data:image/png;base64,{data}">'
