"""`tailorbird evaluate bandits`: what each policy loses while it learns, on simulated arms."""

from __future__ import annotations

import json
from typing import Annotated, NamedTuple

import numpy as np
import typer

from tailorbird.decide.bandits.policy import Policy
from tailorbird.decide.bandits.simulation import (
    WORLDS,
    Ours,
    Player,
    Uniform,
    World,
    play,
    settings,
)


class Regret(NamedTuple):
    """Regret of a player on simulated arms: mean and standard error over runs."""

    arms: str
    player: str
    regret: float
    error: float
    of_even: float


def bandits(
    rounds: Annotated[int, typer.Option(help="Choices a run.", min=10)] = 2_000,
    runs: Annotated[int, typer.Option(help="Runs, each with arms of its own.", min=2)] = 5,
    seed: Annotated[int, typer.Option(help="Of the first run.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Count the regret of every bandit policy beside showing all arms alike."""
    found = measured(rounds, runs, seed)
    if as_json:
        wire = [
            {
                "arms": one.arms,
                "player": one.player,
                "regret": one.regret,
                "standardError": one.error,
                "ofEven": one.of_even,
            }
            for one in found
        ]
        typer.echo(json.dumps({"rounds": rounds, "runs": runs, "regret": wire}))
        return
    typer.echo(f"{rounds:,} choices, {runs} runs\n")
    typer.echo("| arms | policy | regret | standard error | of all alike |")
    typer.echo("| --- | --- | --: | --: | --: |")
    for one in found:
        typer.echo(
            f"| {one.arms} | {one.player} | {one.regret:,.1f} | {one.error:,.1f} "
            f"| {one.of_even:.3f} |"
        )


def measured(rounds: int, runs: int, seed: int) -> list[Regret]:
    """Return the regret of every policy in every simulated world."""
    made = []
    for make in WORLDS:
        worlds = [make(np.random.default_rng(seed + run), rounds) for run in range(runs)]
        even = 1.0
        for name in _names(worlds[0]):
            lost = np.array(
                [play(world, _player(name, world, seed + at)) for at, world in enumerate(worlds)]
            )
            mean = float(lost.mean())
            even = mean if name is None else even
            error = float(lost.std(ddof=1)) / runs**0.5
            shown = "all alike" if name is None else name.value
            made.append(Regret(worlds[0].name, shown, mean, error, mean / even))
    return made


def _names(world: World) -> list[Policy | None]:
    """Return who plays: showing all alike first, then every policy that can use what is known."""
    contextual = world.context.shape[1] > 1
    return [None, *(policy for policy in Policy if contextual or not policy.contextual)]


def _player(policy: Policy | None, world: World, seed: int) -> Player:
    rng = np.random.default_rng([seed, 7])
    arms = int(world.mean.shape[1])
    if policy is None:
        return Uniform(arms, rng)
    return Ours(settings(policy, world.measure, delay_hours=world.delay_hours), arms, rng)
