"""`tailorbird evaluate uplift`: what a treatment changes, in whom, and whether that can be told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, Optional

import numpy as np
import typer

from tailorbird.cli.evaluate import ROOT_VARIABLE
from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.datasets import Described, hillstrom, read_trial_table
from tailorbird.predict.uplift.learners import Learner
from tailorbird.predict.uplift.model import Tried, learn
from tailorbird.predict.uplift.reading import DEFAULT, UpliftReading, read_trial
from tailorbird.predict.uplift.recalibrating import Depth, Validation, depths, validated
from tailorbird.predict.uplift.synthetic import Found, a_trial, found

_PEOPLE = 20_000
_DEPTH, _MARGIN = 0.1, 0.4


def uplift(  # noqa: PLR0913, PLR0917 - each is an option of the command
    table: Annotated[Optional[Path], typer.Option(help="A trial, a person a row.")] = None,  # noqa: UP045
    treatment: Annotated[
        str, typer.Option(help="The column that says who was treated, as COLUMN=VALUE.")
    ] = "treated=1",
    outcome: Annotated[str, typer.Option(help="The column of outcomes.")] = "outcome",
    probability: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The known chance of treatment: a number or a column."),
    ] = None,
    data_root: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Where data sets lie: measures Hillstrom's trial and a synthetic one."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Luck of folds and resampling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Read a randomized trial: average effect, Qini and AUUC by learner, and deciles."""
    rng = np.random.default_rng(seed)
    if table is not None:
        column, _, value = treatment.partition("=")
        trial = read_trial_table(table, Described(column, value, outcome, probability))
        _print("trial", read_trial(trial, rng, beside=tuple(Learner)), [], as_json=as_json)
        return
    named = data_root or os.environ.get(ROOT_VARIABLE)
    if named is None:
        raise typer.BadParameter("Name a trial with --table, or public data with --data-root.")
    reading = read_trial(hillstrom(Path(named)), rng, beside=tuple(Learner))
    known = a_trial(rng, _PEOPLE)
    _print("hillstrom", reading, found(known, rng), as_json=as_json)
    if not as_json:
        model = learn(known.trial, Tried("a made-up offer", "order"), 0, rng)[0]
        later = validated(model, a_trial(rng, _PEOPLE).trial)
        typer.echo(f"\n{held_against(later, depths({_DEPTH: later.deciles}, _MARGIN))}")


def _print(name: str, reading: UpliftReading, truth: list[Found], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_wire(name, reading, truth)))
        return
    typer.echo(told(name, reading))
    if truth:
        typer.echo(f"\n{truth_table(truth)}")


def told(name: str, reading: UpliftReading) -> str:
    """Return a reading in words and Markdown tables."""
    lines = [
        f"{name}: {reading.people:,} people, {reading.learner.value}-learner",
        "",
        *(f"- {sentence}" for sentence in reading.verdict),
        f"- Of the predicted differences, {_interval(reading.slope, 2)} are there (1: all).",
        "",
        "| learner | Qini | deviation | AUUC |",
        "| --- | --- | --: | --- |",
    ]
    for learner, found_ in reading.orderings.items():
        lines.append(
            f"| {learner.value} | {_interval(found_.qini, 3)} | {found_.qini_deviation:.3f} "
            f"| {_interval(found_.auuc, 4)} |"
        )
    lines += [
        "",
        "| decile | people | predicted | held out | treated | measured |",
        "| --: | --: | --: | --: | --: | --- |",
    ]
    for one in reading.deciles:
        lines.append(
            f"| {one.decile} | {one.people:,} | {one.predicted:+.4f} | {one.held_out:.4f} "
            f"| {one.treated:.4f} | {_interval(one.measured, 4)} |"
        )
    return "\n".join(lines)


def truth_table(truth: list[Found]) -> str:
    """Return how well each learner found known effects, as a Markdown table."""
    oracle = truth[0].oracle
    lines = [
        f"Synthetic trial of {_PEOPLE:,} people; the order by true effects has Qini {oracle:.3f}",
        "",
        "| learner | Qini | correlation with the truth | error |",
        "| --- | --- | --: | --: |",
        *(
            f"| {one.learner.value} | {_interval(one.qini, 3)} | {one.correlation:.2f} "
            f"| {one.error:.3f} |"
            for one in truth
        ),
    ]
    return "\n".join(lines)


def held_against(later: Validation, offered: tuple[Depth, ...]) -> str:
    """Return predicted and newly measured effects by decile, and the depth that each is worth."""
    lines = [
        f"Its X-learner held against {_PEOPLE:,} people who came later: {later.inside} deciles of",
        f"10 are as predicted. Offers of {_DEPTH:.0%} at a margin of {_MARGIN:.0%}:",
        "",
        "| decile | predicted | measured | gain an order value | offer |",
        "| --: | --: | --- | --: | --- |",
    ]
    for one, depth in zip(later.deciles, offered, strict=True):
        measured = _interval(Measured(one.measured, one.low, one.high), 4)
        offer = "none" if depth.depth is None else f"{depth.depth:.0%}"
        lines.append(
            f"| {one.decile} | {one.predicted:+.4f} | {measured} | {depth.gain:+.4f} | {offer} |"
        )
    return "\n".join(lines)


def _interval(measured: Measured, digits: int) -> str:
    return f"{measured.value:.{digits}f} ({measured.low:.{digits}f} to {measured.high:.{digits}f})"


def _wire(name: str, reading: UpliftReading, truth: list[Found]) -> dict[str, Any]:
    return {
        "data": name,
        "people": reading.people,
        "learner": reading.learner.value,
        "default": DEFAULT.value,
        "average": list(reading.average),
        "slope": list(reading.slope),
        "varies": reading.varies,
        "verdict": list(reading.verdict),
        "orderings": {
            learner.value: {
                "qini": list(one.qini),
                "qiniDeviation": one.qini_deviation,
                "auuc": list(one.auuc),
                "curve": [round(float(point), 6) for point in one.curve],
            }
            for learner, one in reading.orderings.items()
        },
        "deciles": [
            {
                "decile": one.decile,
                "people": one.people,
                "predicted": one.predicted,
                "heldOut": one.held_out,
                "treated": one.treated,
                "measured": list(one.measured),
            }
            for one in reading.deciles
        ],
        "synthetic": [
            {
                "learner": one.learner.value,
                "qini": list(one.qini),
                "oracleQini": float(one.oracle),
                "correlation": one.correlation,
                "error": one.error,
            }
            for one in truth
        ],
    }
