"""`tailorbird train`: fit the models on what is in the log, beside a running server or not."""

import sys
from enum import StrEnum
from typing import Annotated

import numpy as np
import typer

from tailorbird.beside import model_store, training_source
from tailorbird.cli.training_people import train_people
from tailorbird.cli.training_uplift import Job, train_uplift
from tailorbird.predict.trainer import Plan
from tailorbird.predict.trainer import train as fit_all
from tailorbird.settings import read_settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

_BUDGET_S = 240.0


class Family(StrEnum):
    """Models that are trained together."""

    ITEMS = "items"
    PEOPLE = "people"
    UPLIFT = "uplift"


def train(  # noqa: PLR0913, PLR0917 - each is an option of the command
    model: Annotated[
        Family | None, typer.Argument(help="Only these: of items, of people, or of uplift.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data folder.")] = None,
    workspace: Annotated[str, typer.Option(help="The shop.")] = DEFAULT_WORKSPACE,
    budget: Annotated[
        float, typer.Option(help="About how many seconds fitting may take.")
    ] = _BUDGET_S,
    days: Annotated[
        int | None,
        typer.Option(help="Learn from so many days before now, 0 for all; as set."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Luck of sampling.")] = 0,
    treatment: Annotated[
        list[str] | None, typer.Option(help="Uplift of this only; may be repeated.")
    ] = None,
    window: Annotated[
        float, typer.Option(help="Uplift: days after the offer in which orders count.")
    ] = 7.0,
) -> None:
    """Fit the models on the log, and store them as a new version; a running server adopts it.

    A version that guesses worse than the one that serves is kept as rejected, with the reason.
    """
    settings = read_settings(data=data)
    name = WorkspaceId(workspace)

    def told(step: str) -> None:
        print(step, file=sys.stderr, flush=True)

    if model in {None, Family.ITEMS}:
        card = fit_all(
            training_source(settings, name),
            model_store(settings, name),
            wall_clock(),
            np.random.default_rng(seed),
            plan=Plan(
                budget,
                settings.train_days if days is None else days,
                settings.embedding,
                settings.embedding_key,
            ),
            told=told,
        )
        print(card.name)
    if model in {None, Family.PEOPLE}:
        people = train_people(settings, name, wall_clock(), seed, told)
        if people.intent is not None or people.value is not None:
            print(people.name)
    if model in {None, Family.UPLIFT}:
        job = Job(tuple(treatment or ()), window, only_due=model is None, seed=seed)
        for made in train_uplift(settings, name, wall_clock(), job, told):
            print(made.name)
