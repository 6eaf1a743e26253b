"""What is wrong with a rollout: it must go from the shop as it is to one arm, by rising steps."""

from collections.abc import Iterator

from tailorbird.configure.kinds import Fault
from tailorbird.experiments.experiment import Experiment
from tailorbird.experiments.rollout import WHOLE, Rollout
from tailorbird.rules.durations import length_ms

_MOST_STEPS = 20
_ARMS = 2
_PATH = "$.rollout"


def rollout_faults(one: Experiment, said: Rollout) -> Iterator[Fault]:
    """Yield what is wrong with the rollout of an experiment whose control exists."""
    if len(one.variants) != _ARMS:
        yield Fault(_PATH, "a rollout is of one arm: it needs two variants")
        return
    control = next(arm for arm in one.variants if arm.name == one.control)
    if control.placements or control.flags:
        yield Fault(_PATH, f"a rollout begins with the shop as it is: `{one.control}` changes it")
    if one.gate is None and said.gate is None:
        yield Fault(_PATH, "a rollout needs a `gate`, its own or the experiment's")
    if one.released is not None:
        yield Fault(_PATH, "an experiment has a `rollout`, or is `released`, not both")
    yield from _pace(said)
    yield from _steps(one, said)


def _pace(said: Rollout) -> Iterator[Fault]:
    try:
        if length_ms(said.every) <= 0:
            yield Fault(f"{_PATH}.every", "`every` must be more than nothing")
    except ValueError as cause:
        yield Fault(f"{_PATH}.every", f"`every`: {cause}")


def _steps(one: Experiment, said: Rollout) -> Iterator[Fault]:
    if not 1 <= len(said.steps) <= _MOST_STEPS:
        yield Fault(f"{_PATH}.steps", f"there must be 1 to {_MOST_STEPS} steps")
    before = 0.0
    for index, step in enumerate(said.steps):
        path = f"{_PATH}.steps[{index}]"
        yield from step_faults(one, step, path)
        if step <= before:
            yield Fault(path, f"steps must rise: {step:g} comes after {before:g}")
        before = step
    if said.at is not None:
        yield from step_faults(one, said.at, f"{_PATH}.at")


def step_faults(one: Experiment, step: float, path: str) -> Iterator[Fault]:
    """Yield what is wrong with a share, in percent, for the arm of an experiment."""
    if not 0.0 < step <= WHOLE:
        yield Fault(path, f"{step:g} is no percentage: write more than 0, and at most 100")
    elif one.most_tried < step < WHOLE:
        yield Fault(
            path,
            f"{step:g} leaves too little control: by its weight `{one.arm}` has at most "
            f"{one.most_tried:g} percent; after that comes 100",
        )
