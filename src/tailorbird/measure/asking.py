"""From an experiment's declaration to the question that the analyst is asked."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tailorbird.configure.kinds import Fault, Known
from tailorbird.configure.words import meant
from tailorbird.experiments.experiment import Experiment, Holdout
from tailorbird.experiments.fitting import misfits
from tailorbird.measure.gates import RolloutGate
from tailorbird.measure.metrics import BadMetric, Metric, columns_of, parse_metric
from tailorbird.measure.own.history import as_experiment
from tailorbird.measure.question import Question, Weights
from tailorbird.rules.configuration import event_names

OUTCOMES = (
    "revenue",
    "orders",
    "converted",
    "items",
    "margin",
    "retained",
    "clicked",
    "viewed",
    "unsubscribed",
    "complained",
)
"""The columns that an outcome can have; the name of any event is one, too: how often it came."""

_BEFORE = "before:"


def question_of(
    one: Experiment, weights: tuple[Weights, ...] = (), notes: tuple[str, ...] = ()
) -> Question:
    """Return what is asked of an experiment.

    Args:
        one: a valid experiment.
        weights: how traffic was split, where that changed; else as declared.
        notes: what a reader has to mind of how the experiment went.
    """
    return Question(
        metrics=tuple(_metric(said) for said in one.metrics),
        name=one.name,
        control=one.control,
        covariates=one.covariates,
        weights=weights or (Weights(one.shares),),
        detect=one.detect,
        notes=notes,
    )


def metric_faults(one: Experiment, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with an experiment's metrics, covariates and gate."""
    metrics: list[Metric] = []
    columns = {*OUTCOMES, *event_names(known)}
    for index, said in enumerate(one.metrics):
        path = f"$.metrics[{index}]"
        faults = list(_metric_faults(said, path, columns))
        yield from faults
        if not faults:
            metrics.append(_metric(said))
    if not one.metrics:
        yield Fault("$.metrics", "an experiment needs a metric; the first decides")
    names = [metric.name for metric in metrics]
    if len(set(names)) < len(names):
        yield Fault("$.metrics", "two metrics have one name; write `paid=revenue:mean`")
    for index, name in enumerate(one.covariates):
        column = name.removeprefix(_BEFORE)
        if not name.startswith(_BEFORE) or column not in columns:
            hint = meant(column, OUTCOMES)
            yield Fault(f"$.covariates[{index}]", f"a covariate is `before:COLUMN`{hint}")
    yield from _gates_faults(one, names)


def holdout_faults(one: Holdout, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the metrics and covariates of the holdout's reading."""
    yield from metric_faults(as_experiment(one), known)


def gate_of(one: Experiment) -> RolloutGate | None:
    """Return an experiment's gate; its name is the experiment's."""
    return None if one.gate is None else _gate(one, one.gate)


def gate_of_step(one: Experiment, *, last: bool) -> RolloutGate | None:
    """Return the gate that a step of an experiment's rollout must pass.

    Args:
        one: an experiment; without a rollout its own gate is the answer.
        last: whether the step is the last one, to everybody.
    """
    own = None if one.rollout is None else one.rollout.gate
    first, second = (one.gate, own) if last else (own, one.gate)
    said = second if first is None else first
    return None if said is None else _gate(one, said)


def _gate(one: Experiment, said: dict[str, Any]) -> RolloutGate:
    return msgspec.convert({"name": one.name, **said}, RolloutGate)


def _metric(said: str | dict[str, Any]) -> Metric:
    return parse_metric(said) if isinstance(said, str) else msgspec.convert(said, Metric)


def _metric_faults(said: str | dict[str, Any], path: str, columns: set[str]) -> Iterator[Fault]:
    if not isinstance(said, str):
        shaped = list(misfits(said, Metric, path))
        yield from shaped
        if shaped:
            return
    try:
        metric = _metric(said)
    except BadMetric as cause:
        yield Fault(path, f"{cause} {BadMetric.remedy}")
        return
    for column in columns_of(metric):
        if column not in columns:
            yield Fault(path, f"there is no outcome `{column}`{meant(column, OUTCOMES)}")


def _gates_faults(one: Experiment, metrics: list[str]) -> Iterator[Fault]:
    own = None if one.rollout is None else one.rollout.gate
    for path, gate in (("$.gate", one.gate), ("$.rollout.gate", own)):
        if gate is None:
            continue
        yield from _gate_faults(one, gate, path, metrics)
        if one.rollout is not None and gate.get("interval") == "fixed":
            problem = "a rollout looks every day: its gate needs the `always_valid` interval"
            yield Fault(f"{path}.interval", problem)


def _gate_faults(
    one: Experiment, said: dict[str, Any], path: str, metrics: list[str]
) -> Iterator[Fault]:
    shaped = list(misfits({"name": one.name, **said}, RolloutGate, path))
    yield from shaped
    if shaped:
        return
    gate = _gate(one, said)
    for at, name in (
        (f"{path}.metric", gate.metric),
        *(
            (f"{path}.guardrails[{index}].metric", rail.metric)
            for index, rail in enumerate(gate.guardrails)
        ),
    ):
        if name not in metrics:
            yield Fault(at, f"`{name}` is not among its metrics{meant(name, metrics)}")
    if gate.arm is not None and gate.arm not in one.shares:
        yield Fault(f"{path}.arm", f"there is no variant `{gate.arm}`{meant(gate.arm, one.shares)}")
