"""`tailorbird experiment`: what an experiment says, and how long the next one must run."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from tailorbird.cli.attribution import attribution
from tailorbird.cli.geo import geo, geo_plan
from tailorbird.cli.options import AsJson, Data, Shop
from tailorbird.cli.own_experiment import gate_words, read_own
from tailorbird.cli.reading_table import show
from tailorbird.cli.rollout import rollout
from tailorbird.cli.rooms import measuring
from tailorbird.measure.metrics import BadMetric, parse_metric
from tailorbird.measure.powering import Wish, planned
from tailorbird.measure.question import Question, Weights
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import DEFAULT_WORKSPACE

experiment = typer.Typer(no_args_is_help=True, help="Read an experiment, or plan one.")
experiment.command("attribution")(attribution)
experiment.command("geo")(geo)
experiment.command("geo-plan")(geo_plan)
experiment.command("rollout")(rollout)


class BadWeightOption(BadRequest):
    """The weights are not understood."""

    remedy = "Write --weights control=50,treatment=50, later ones as 2026-01-31:control=90,…"


class Repeated(StrEnum):
    """What several differing rows of one unit mean."""

    REFUSE = "refuse"
    ADD = "add"
    FIRST = "first"


class Corrected(StrEnum):
    """How p-values are raised for their number."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    NONE = "none"


class Looked(StrEnum):
    """How often the reading is looked at."""

    DAILY = "daily"
    ONCE = "once"


Name = Annotated[str, typer.Argument(help="What to call the experiment.")]
From = Annotated[
    str | None,
    typer.Option(
        help="Exposures: a CSV or Parquet file, or shop.duckdb:exposures. Left out: the shop's own."
    ),
]
Unit = Annotated[str, typer.Option(help="The column that says who.")]
Variant = Annotated[str, typer.Option(help="The column that says which arm.")]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        help="Such as revenue:mean, converted:proportion, aov=revenue/orders:ratio, basket:p90; "
        "add :down where less is better. The first decides.",
    ),
]
Covariates = Annotated[
    list[str] | None,
    typer.Option(
        "--covariate",
        help="A column known before exposure, for CUPED; before:COLUMN adds up earlier outcomes.",
    ),
]
Split = Annotated[
    list[str] | None,
    typer.Option(
        "--weights",
        help="The planned split, such as a=50,b=50; later ones as 2026-01-31:a=90,b=10.",
    ),
]
Segments = Annotated[
    list[str] | None, typer.Option("--segment", help="A column whose values are read apart.")
]


@experiment.command("read")
def read(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Name = "experiment",
    table: From = None,
    metric: Metrics = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    unit: Unit = "user_id",
    variant: Variant = "variant",
    control: Annotated[str, typer.Option(help="The arm to compare with.")] = "control",
    covariate: Covariates = None,
    segment: Segments = None,
    weights: Split = None,
    exposed_at: Annotated[
        str | None, typer.Option(help="The column that says when; empty: assigned, not exposed.")
    ] = None,
    outcomes: Annotated[
        str | None, typer.Option(help="Another table, with rows of outcomes by unit.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="The outcomes' column that says when.")] = None,
    window_days: Annotated[
        float | None, typer.Option(help="Outcomes count so many days after exposure.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The time zone of days and of bare times.")] = "UTC",
    repeats: Annotated[
        Repeated, typer.Option(help="What differing rows of one unit mean.")
    ] = Repeated.REFUSE,
    winsorize: Annotated[
        float | None, typer.Option(help="Cap values at this quantile of those above 0: 0.999.")
    ] = None,
    alpha: Annotated[float, typer.Option(help="The accepted chance of a false alarm.")] = 0.05,
    correction: Annotated[
        Corrected, typer.Option(help="For the number of comparisons.")
    ] = Corrected.HOLM,
    looks: Annotated[
        Looked, typer.Option(help="Look daily, or once at the planned end.")
    ] = Looked.DAILY,
    tuned_for: Annotated[
        int, typer.Option(help="Units at which always-valid intervals are narrowest.")
    ] = 5_000,
    detect: Annotated[float, typer.Option(help="The relative effect that matters.")] = 0.05,
    bayesian: Annotated[bool, typer.Option(help="Add the Bayesian reading.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Read an experiment, the shop's own or one from tables: health first, then effects."""
    if table is None:
        _read_own(data, workspace, name, zone, as_json=as_json)
        return
    room = measuring("analyst")
    source = measuring("tables").Table(
        path=table,
        unit=unit,
        variant=variant,
        exposed_at=exposed_at,
        outcomes=outcomes,
        at=at,
        window_days=window_days,
        zone=zone,
        repeats=repeats.value,
    )
    question = Question(
        metrics=tuple(map(parse_metric, metric or ())),
        name=name,
        control=control,
        covariates=tuple(covariate or ()),
        weights=tuple(map(_weights, weights or ())),
        segments=tuple(segment or ()),
        alpha=_share(alpha, "alpha"),
        correction=correction.value,
        looks=looks.value,
        tuned_for=max(tuned_for, 1),
        detect=_share(detect, "detect"),
        winsorize=None if winsorize is None else _share(winsorize, "winsorize"),
        bayesian=bayesian,
    )
    names = [one.name for one in question.metrics]
    if not names:
        raise BadMetric("A table is read by a metric.", remedy="Add --metric revenue:mean.")
    if len(set(names)) < len(names):
        raise BadMetric("Two metrics have one name.", remedy="Name one: paid=revenue:mean.")
    reading = asyncio.run(room.Analyst(room.TableExposures(source)).read(question))
    if as_json:
        typer.echo(msgspec.json.encode(reading).decode())
    else:
        show(reading, terminal=sys.stdout.isatty())


def _read_own(data: str | None, workspace: str, name: str, zone: str, *, as_json: bool) -> None:
    own = read_own(data, workspace, name, zone)
    if as_json:
        typer.echo(msgspec.json.encode(own.told()).decode())
        return
    show(own.reading, terminal=sys.stdout.isatty())
    if own.gate is not None:
        typer.echo(f"  Gate: {gate_words(own.gate)}")
    if own.rollout is not None:
        typer.echo(f"  Rollout: {own.rollout}")


@experiment.command("plan")
def plan(  # noqa: PLR0913, PLR0917 - each is an option of the command
    mean: Annotated[float, typer.Option(help="Of the metric, a unit.")],
    detect: Annotated[float, typer.Option(help="The relative effect that matters: 0.02.")],
    deviation: Annotated[
        float | None, typer.Option(help="The metric's standard deviation; left out: a proportion.")
    ] = None,
    units_a_day: Annotated[float | None, typer.Option(help="Traffic.")] = None,
    variance_removed: Annotated[
        float, typer.Option(help="The share of variance that CUPED takes away.")
    ] = 0.0,
    treated: Annotated[float, typer.Option(help="The treatment's share of traffic.")] = 0.5,
    alpha: Annotated[float, typer.Option(help="The accepted chance of a false alarm.")] = 0.05,
    power: Annotated[float, typer.Option(help="The wanted chance to see the effect.")] = 0.8,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say how many units, and how many days, an experiment needs."""
    split = (variance_removed, treated)
    answer = planned(Wish(mean, detect, deviation, units_a_day, *split, alpha, power))
    typer.echo(msgspec.json.encode(answer).decode() if as_json else answer.says)


def _weights(text: str) -> Weights:
    since, colon, shares = text.rpartition(":")
    parts = [part.partition("=") for part in shares.split(",")]
    try:
        return Weights({arm: float(share) for arm, _, share in parts}, since if colon else None)
    except ValueError as cause:
        raise BadWeightOption(f"{text!r} is not understood.") from cause


def _share(value: float, name: str) -> float:
    if not 0.0 < value < 1.0:
        raise typer.BadParameter(f"--{name} lies between 0 and 1.")
    return value
