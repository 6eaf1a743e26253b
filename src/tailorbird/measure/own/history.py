"""An experiment through the versions of the configuration: how traffic was split when.

A reading must know when weights were changed: what came before is held against the split of then.
It tells, too, of changes that no arithmetic can put right: what an arm shows, the salt, the unit.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tailorbird.experiments.experiment import (
    EVERYTHING,
    HELD_OUT,
    Experiment,
    Holdout,
    Status,
    Variant,
)
from tailorbird.measure.question import Weights
from tailorbird.spine.clock import format_time


class Era(msgspec.Struct, frozen=True):
    """An experiment as it was from a moment on; None: it was not configured."""

    since_ms: int
    one: Experiment | None


def weights_of(eras: Sequence[Era]) -> tuple[Weights, ...]:
    """Return how traffic was split, from the first era that ran on; one entry a change.

    An era in which all get one arm has nothing to compare, and is an entry all the same. While
    nothing runs nobody is exposed, so it makes no entry.
    """
    found: list[Weights] = []
    for era in eras:
        if era.one is None or era.one.status is not Status.RUNNING:
            continue
        shares = _shares(era.one)
        if not found:
            found.append(Weights(shares))
        elif _scaled(shares) != _scaled(found[-1].shares):
            found.append(Weights(shares, format_time(era.since_ms)))
    return tuple(found)


def changes(eras: Sequence[Era]) -> Iterator[str]:
    """Yield what else was changed on the way, a sentence each."""
    ran: Experiment | None = None
    for era in eras:
        now = era.one
        if now is None or now.status is not Status.RUNNING:
            continue
        if ran is not None:
            when = format_time(era.since_ms)
            before, after = _scaled(_shares(ran)), _scaled(_shares(now))
            if before != after:
                yield f"Weights were changed at {when}: {_told(before)} became {_told(after)}."
            yield from _others(ran, now, when)
        ran = now


def as_experiment(said: Holdout) -> Experiment:
    """Return the global holdout as an experiment of two arms; without a share, of one."""
    arms = (Variant(HELD_OUT, said.share), Variant(EVERYTHING, 1.0 - said.share))
    return Experiment(
        name=HELD_OUT,
        variants=arms if said.share > 0.0 else arms[1:],
        control=HELD_OUT,
        status=Status.RUNNING,
        metrics=said.metrics,
        covariates=said.covariates,
        window_days=said.window_days,
        detect=said.detect,
    )


def _others(ran: Experiment, now: Experiment, when: str) -> Iterator[str]:
    shown = {one.name: (one.placements, one.flags) for one in ran.variants}
    for one in now.variants:
        if one.name in shown and shown[one.name] != (one.placements, one.flags):
            yield (
                f"What {one.name} shows was changed at {when}: the effect is a mix of both. "
                "Give it another name to read it by itself."
            )
    if (ran.salt or ran.name) != (now.salt or now.name):
        yield f"The salt was changed at {when}: whoever had not seen an arm was put anew."
    if ran.unit is not now.unit:
        yield f"The unit was changed from {ran.unit.value} to {now.unit.value} at {when}."
    if ran.control != now.control:
        yield f"Control was {ran.control} until {when}; all is compared with {now.control}."


def _shares(one: Experiment) -> dict[str, float]:
    return one.shares if one.released is None else {one.released: 1.0}


def _scaled(shares: dict[str, float]) -> dict[str, float]:
    whole = sum(shares.values())
    return {arm: round(share / whole, 9) for arm, share in shares.items() if share > 0.0}


def _told(shares: dict[str, float]) -> str:
    return ", ".join(f"{arm} {share:.4g}" for arm, share in shares.items())
