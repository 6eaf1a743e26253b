"""The doors of operation: alive, ready, metrics."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.compose import Install


class OperatingDoors:
    """Doors for whoever runs the server."""

    def __init__(self, install: Install) -> None:
        self._install = install
        self._registry = CollectorRegistry()
        self._gauges = {
            name: Gauge(f"tailorbird_{name}", text, ["workspace"], registry=self._registry)
            for name, text in _GAUGES.items()
        }

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
                "dead_letters": await shop.dead_letters.count(),
                "decisions_dropped": shop.journal.dropped,
                "items": shop.catalog.count(),
            }
            for name, figure in figures.items():
                self._gauges[name].labels(workspace=shop.name).set(figure)
        return Answer(
            body=generate_latest(self._registry),
            content_type=b"text/plain; version=0.0.4; charset=utf-8",
        )


_GAUGES = {
    "log_offset": "Offset of the last event in the log.",
    "folded_offset": "Offset up to which the log has been folded.",
    "log_waiting": "Appends that wait for a commit.",
    "state_dirty": "Values of derived state that wait to be written.",
    "dead_letters": "Refused events in the dead-letter list.",
    "decisions_dropped": "Decisions that the journal could not take.",
    "items": "Items in the catalog.",
}
