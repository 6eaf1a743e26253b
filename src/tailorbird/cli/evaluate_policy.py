"""`tailorbird evaluate --policy`: what a policy would have earned, told from a log of another's."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import numpy as np
import typer

from tailorbird.beside import files_of
from tailorbird.cli.evaluate import ROOT_VARIABLE
from tailorbird.cli.exposures import exposures
from tailorbird.cli.options import Data, Shop, existing
from tailorbird.predict.evaluation.off_policy.benchmark import (
    REFERENCE,
    Accuracy,
    Crossing,
    open_bandit,
    synthetic,
)
from tailorbird.predict.evaluation.off_policy.evaluating import (
    PolicyReading,
    evaluate_column,
    evaluate_policy,
)
from tailorbird.predict.evaluation.off_policy.logged import Logged, read_logged
from tailorbird.predict.evaluation.off_policy.own_log import CLICKED, from_exposures
from tailorbird.predict.evaluation.off_policy.policies import always, learned, like, uniform
from tailorbird.settings import Settings
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

_SHOWN = "uniform, learned, column, always:ACTION, or like:FILE"


def policy(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policy: Annotated[str, typer.Option(help=f"The policy to evaluate: {_SHOWN}.")] = "uniform",
    log: Annotated[Optional[Path], typer.Option(help="Logged decisions; see the page.")] = None,  # noqa: UP045
    placement: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="A placement with a bandit: judge on the shop's own decision log."),
    ] = None,
    reward: Annotated[str, typer.Option(help="The event that is a reward.")] = CLICKED,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    benchmark: Annotated[  # noqa: FBT002
        bool, typer.Option(help="Measure the estimators where the truth is known.")
    ] = False,
    runs: Annotated[int, typer.Option(help="Worlds of the benchmark.", min=2)] = 20,
    data_root: Annotated[Optional[Path], typer.Option(help="Where data sets lie.")] = None,  # noqa: UP045
    seed: Annotated[int, typer.Option(help="Luck of folds and resampling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Estimate a policy's value per decision from logged action probabilities."""
    if benchmark:
        _benchmark(runs, seed, data_root, as_json=as_json)
        return
    if placement is not None:
        logged = _own(existing(data), WorkspaceId(workspace), placement, reward)
    elif log is not None:
        logged = read_logged(log)
    else:
        raise typer.BadParameter("Name a file of logged decisions with --log, or a --placement.")
    reading = read_policy(policy, logged, log, np.random.default_rng(seed))
    typer.echo(json.dumps(_wire(policy, reading)) if as_json else told(policy, reading))


def _own(settings: Settings, workspace: WorkspaceId, placement: str, reward: str) -> Logged:
    files = files_of(settings, workspace)
    try:
        return from_exposures(exposures(files.decisions(0), files.events(), 0), placement, reward)
    finally:
        files.close()


def read_policy(
    name: str, logged: Logged, log: Path | None, rng: np.random.Generator
) -> PolicyReading:
    """Return the reading of a policy by its name.

    `learned` learns from the first half of the log and is evaluated on the second.
    """
    match name.partition(":"):
        case ("uniform", "", ""):
            return evaluate_policy(logged, uniform(logged), rng)
        case ("column", "", ""):
            return evaluate_column(logged, rng)
        case ("learned", "", ""):
            halves = np.array_split(np.arange(len(logged)), 2)
            past, after = logged.rows(halves[0]), logged.rows(halves[1])
            return evaluate_policy(after, learned(past, after.context), rng)
        case ("always", ":", action):
            return evaluate_policy(logged, always(logged, action), rng)
        case ("like", ":", path) if log is not None:
            other = read_logged(Path(path), logged.actions)
            logged = read_logged(log, other.actions)
            return evaluate_policy(logged, like(logged, other), rng)
    raise typer.BadParameter(f"{name!r} is no policy; give {_SHOWN}.")


def told(name: str, reading: PolicyReading) -> str:
    """Return a reading as a Markdown table with what to think of it."""
    weights = reading.weights
    worth = (
        f"Effective decisions {weights.effective:,.0f}; mean weight {weights.mean:.3f} "
        f"± {weights.mean_error:.3f}, largest {weights.largest:.1f}; the heaviest 1 % of rows "
        f"carry {weights.top_share:.0%}."
    )
    lines = [
        f"{name}: per decision, {weights.rows:,} logged that earned {reading.logged_value:.5f}",
        "",
        "| estimator | value | 95 % normal | 95 % bootstrap |",
        "| --- | --: | --- | --- |",
        *(
            f"| {one.name} | {one.value:.5f} | {one.low:.5f} to {one.high:.5f} "
            f"| {one.bootstrap_low:.5f} to {one.bootstrap_high:.5f} |"
            for one in reading.estimates
        ),
        "",
        worth,
        *weights.warnings,
    ]
    return "\n".join(lines)


def _wire(name: str, reading: PolicyReading) -> dict[str, Any]:
    return {
        "policy": name,
        "loggedValue": reading.logged_value,
        "estimates": [
            {
                "estimator": one.name,
                "value": one.value,
                "standardError": one.standard_error,
                "interval": [one.low, one.high],
                "bootstrapInterval": [one.bootstrap_low, one.bootstrap_high],
            }
            for one in reading.estimates
        ],
        "rows": reading.weights.rows,
        "effectiveRows": reading.weights.effective,
        "meanWeight": reading.weights.mean,
        "largestWeight": reading.weights.largest,
        "topShare": reading.weights.top_share,
        "unseenShare": reading.weights.unseen,
        "warnings": list(reading.weights.warnings),
    }


def _benchmark(runs: int, seed: int, data_root: Path | None, *, as_json: bool) -> None:
    accuracies = synthetic(runs, seed, _tell)
    named = data_root or os.environ.get(ROOT_VARIABLE)
    crossings = open_bandit(Path(named), np.random.default_rng(seed)) if named else []
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "synthetic": [one._asdict() for one in accuracies],
                    "openBandit": [
                        {
                            "online": one.online._asdict(),
                            "log": one.logged,
                            **_wire(one.evaluated, one.reading),
                        }
                        for one in crossings
                    ],
                }
            )
        )
        return
    typer.echo(accuracy_table(accuracies, runs))
    for crossing in crossings:
        typer.echo(f"\n{_crossed(crossing)}")


def _tell(done: int) -> None:
    if sys.stderr.isatty():
        print(f"\rworld {done}", end="", file=sys.stderr, flush=True)


def accuracy_table(accuracies: list[Accuracy], runs: int) -> str:
    """Return relative errors beside the reference's as a Markdown table."""
    lines = [
        f"Relative error over {runs} synthetic logs of 10,000 decisions, 30 actions, beta -3",
        "",
        "| estimator | error | reference | within two | normal holds | bootstrap holds |",
        "| --- | --: | --: | --- | --: | --: |",
    ]
    for one in accuracies:
        mean, deviation = REFERENCE[one.name]
        lines.append(
            f"| {one.name} | {one.mean:.4f} ± {one.deviation:.4f} | {mean:.4f} ± {deviation:.4f} "
            f"| {'yes' if one.agrees else 'no'} | {one.held:.0%} | {one.held_bootstrap:.0%} |"
        )
    return "\n".join(lines)


def _crossed(crossing: Crossing) -> str:
    low, high = crossing.online.low, crossing.online.high
    true = crossing.online.value
    made = crossing.reading.estimates
    normal = [one.name for one in made if one.low <= true <= one.high]
    bootstrap = [one.name for one in made if one.bootstrap_low <= true <= one.bootstrap_high]
    return (
        f"Open Bandit, men: {told(crossing.evaluated, crossing.reading)}\n"
        f"Its own on-line mean was {true:.5f} ({low:.5f} to {high:.5f}). Intervals that hold it: "
        f"normal of {', '.join(normal) or 'none'}; bootstrap of {', '.join(bootstrap) or 'none'}."
    )
