"""A reading for people at a terminal: the verdict and health first, then a table of effects."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tailorbird.measure.reading import Comparison, Interval, MetricReading, Reading

_PAPER = 110


def show(reading: Reading, *, terminal: bool) -> None:
    """Print a reading."""
    console = Console() if terminal else Console(width=_PAPER)
    console.print(f"[bold]{escape(reading.verdict)}[/bold]", highlight=False)
    for check in reading.health.checks:
        console.print(f"  {check.status}: {escape(check.says)}", highlight=False)
    console.print(f"  {escape(_outlook(reading))}", highlight=False)
    console.print(_table(reading.metrics, reading.looks))
    for line in _notes(reading.metrics):
        console.print(f"  {escape(line)}", highlight=False)
    for part in reading.segments:
        console.print(f"{escape(part.segment)} = {escape(part.value)}", highlight=False)
        console.print(_table(part.metrics, reading.looks))
    for line in (*reading.method, *reading.warnings):
        console.print(f"  {escape(line)}", highlight=False)


def _notes(metrics: tuple[MetricReading, ...]) -> Iterator[str]:
    """Yield why something is missing in the table, where it is."""
    for metric in metrics:
        for one in metric.comparisons:
            if one.note is not None:
                yield f"{metric.metric}, {one.arm}: {one.note}"


def _outlook(reading: Reading) -> str:
    health, parts = reading.health, [f"{reading.units:,} units."]
    if health.minimum_detectable is not None:
        parts.append(f"Effects of {health.minimum_detectable:.1%} or more would be seen by now.")
    if health.days_to_decision:
        parts.append(f"About {health.days_to_decision:.0f} days to go.")
    return " ".join(parts)


def _table(metrics: tuple[MetricReading, ...], looks: str) -> Table:
    table = Table()
    for name in ("metric", "arm", "n", "mean"):
        table.add_column(name, justify="left" if name in {"metric", "arm"} else "right")
    for name in ("effect", "interval", "p", "CUPED", ""):
        table.add_column(name, justify="right")
    for metric in metrics:
        compared = {one.arm: one for one in metric.comparisons}
        for arm in metric.arms:
            mean = "" if arm.mean is None else f"{arm.mean:.5g}"
            head = (escape(metric.metric), escape(arm.name), f"{arm.n:,}", mean)
            table.add_row(*head, *_cells(compared.get(arm.name), looks))
    return table


def _cells(one: Comparison | None, looks: str) -> tuple[str, ...]:
    """Return what decides: the interval and the corrected p-value of the way of looking."""
    if one is None:
        return ("", "", "", "", "control")
    interval, chance = one.interval, one.adjusted_p_value
    if looks == "daily":
        looked = one.always_valid
        interval = None if looked is None else looked.interval
        chance = None if looked is None else looked.adjusted_p_value
    removed = "" if one.variance_removed is None else f"-{one.variance_removed:.0%}"
    p_value = "" if chance is None else f"{chance:.2g}"
    effect = "" if one.effect is None else f"{one.effect:+.4g}"
    if one.relative_effect is not None:
        effect += f" ({one.relative_effect:+.1%})"
    return (effect, _between(interval), p_value, removed, one.outcome)


def _between(interval: Interval | None) -> str:
    if interval is None:
        return ""
    low = "-∞" if interval.low is None else f"{interval.low:+.3g}"
    high = "∞" if interval.high is None else f"{interval.high:+.3g}"
    return f"{low} … {high}"
