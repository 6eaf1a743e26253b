"""The doors of operation: alive, ready, metrics."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.compose import Install, Workspace
from tailorbird.predict.registry.drift import Drift


class OperatingDoors:
    """Doors for whoever runs the server."""

    def __init__(self, install: Install) -> None:
        self._install = install
        self._registry = CollectorRegistry()
        self._gauges = {
            name: Gauge(f"tailorbird_{name}", text, ["workspace"], registry=self._registry)
            for name, text in _GAUGES.items()
        }

        self._drift = Gauge(
            "tailorbird_model_drift_psi",
            "Population stability index of an input or a score against training.",
            ["workspace", "value"],
            registry=self._registry,
        )

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/healthz"): self.alive,
            ("GET", "/readyz"): self.ready,
            ("GET", "/metrics"): self.metrics,
        }

    async def alive(self, _call: Call) -> Answer:
        """Say that the process answers."""
        return answer({"status": "ok"})

    async def ready(self, _call: Call) -> Answer:
        """Say whether events are stored and folded, and what is wrong if not."""
        faults = [
            f"{shop.name}: folding stopped: {shop.corridor.failure!r}"
            for shop in self._install.opened()
            if shop.corridor.failure is not None
        ]
        status = {"status": "failing" if faults else "ready", "faults": faults}
        return answer(status, 503 if faults else 200)

    async def metrics(self, _call: Call) -> Answer:
        """Show the figures in Prometheus' text format."""
        for shop in self._install.opened():
            figures = {
                "log_offset": shop.log.last_offset,
                "folded_offset": shop.corridor.offset,
                "log_waiting": shop.log.waiting,
                "state_dirty": shop.state.dirty,
                "dead_letters": await shop.stores.dead_letters.count(),
                "decisions_dropped": shop.journal.dropped,
                "items": shop.catalog.count(),
                **_models(shop),
            }
            for name, figure in figures.items():
                self._gauges[name].labels(workspace=shop.name).set(figure)
            for moved in _moved(shop):
                value = moved.name.replace(" ", "_")
                self._drift.labels(workspace=shop.name, value=value).set(moved.psi)
        return Answer(
            body=generate_latest(self._registry),
            content_type=b"text/plain; version=0.0.4; charset=utf-8",
        )


def _models(shop: Workspace) -> dict[str, float]:
    """Return figures of the models at work; a rate is told once something was asked."""
    refused = (shop.succession.fault, shop.foresight.fault)
    figures: dict[str, float] = {
        "model_refused": float(any(refused)),
        "model_skipped": shop.predictor.skips,
    }
    seen, met = shop.watch.seen, shop.people_watch.seen
    if seen is not None or met is not None or shop.order_watch.seen is not None:
        figures["model_drift_alarms"] = sum(one.alarm for one in _moved(shop))
    if met is not None:
        figures["people_model_questions"] = met.asked
        if met.settled:
            figures["people_model_brier"] = met.squares / met.settled
    if seen is None:
        return figures
    figures["model_questions"] = seen.champion.questions
    rate = seen.champion.hit_rate
    return figures if rate is None else {**figures, "model_hit_rate": rate.value}


def _moved(shop: Workspace) -> Sequence[Drift]:
    """Return how far each value that is watched has moved, of all models at work."""
    watches = (shop.watch.seen, shop.order_watch.seen, shop.people_watch.seen)
    return [moved for seen in watches if seen is not None for moved in seen.drift]


_GAUGES = {
    "log_offset": "Offset of the last event in the log.",
    "folded_offset": "Offset up to which the log has been folded.",
    "log_waiting": "Appends that wait for a commit.",
    "state_dirty": "Values of derived state that wait to be written.",
    "dead_letters": "Refused events in the dead-letter list.",
    "decisions_dropped": "Decisions that the journal could not take.",
    "items": "Items in the catalog.",
    "model_refused": "1 while the version that is to serve cannot be read, and another serves.",
    "model_skipped": "Answers since the start that left a model out which would have been late.",
    "model_questions": "Questions that the serving version was asked since it serves.",
    "model_hit_rate": "Share of them with the item that was touched next among the first 20.",
    "model_drift_alarms": "Inputs and scores of the serving versions that have drifted.",
    "people_model_questions": "Moments at which the model of purchase intent was asked.",
    "people_model_brier": "Mean squared error of its probabilities, against what came since.",
}
