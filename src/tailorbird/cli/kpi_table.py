"""Key figures for people at a terminal: one table a group, the interval beside each figure."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tailorbird.measure.kpis.definitions import BY_NAME
from tailorbird.measure.kpis.figures import Figure, KpiGroup, KpisShown
from tailorbird.spine.money import exponent

_PAPER = 110


def show(shown: KpisShown, *, terminal: bool) -> None:
    """Print key figures; the whole shop comes last."""
    console = Console(highlight=False) if terminal else Console(width=_PAPER, highlight=False)
    only = "".join(f", {name} {group}" for name, group in shown.filters.items())
    console.print(escape(f"{shown.since[:10]} to {shown.until[:10]}, by {shown.by}{only}"))
    groups = shown.groups if shown.by != "shop" else ()
    for group in (*groups, shown.total):
        _show_group(group, console)
    console.print("Intervals are 95 %. What brings about what, only an experiment tells.")
    if shown.left_out:
        console.print(f"People who do not want to be measured: {shown.left_out:,}.")
    for note in shown.notes:
        console.print(note)


def _show_group(group: KpiGroup, console: Console) -> None:
    size = f"{group.sessions:,} visits of {group.people:,} people"
    table = Table("", box=None, title=escape(f"{group.name}: {size}"), title_justify="left")
    for title in ("", "95 %", "counted", "of"):
        table.add_column(title, justify="right")
    for one in group.figures:
        table.add_row(
            BY_NAME[one.kpi].title,
            amount(one, one.value),
            f"{amount(one, one.low)} to {amount(one, one.high)}",
            _counted(one),
            f"{one.denominator:,.0f}",
        )
    console.print(table)
    for one in group.figures:
        if one.note is not None:
            console.print(f"  {BY_NAME[one.kpi].title}: {one.note}")


def amount(one: Figure, value: float | None) -> str:
    """Return a value of a figure as people read it; a dash for none."""
    if value is None:
        return "-"
    if BY_NAME[one.kpi].kind == "share":
        return f"{value:.2%}" if abs(value) < 0.1 else f"{value:.1%}"
    return f"{value:,.{exponent(one.currency) + 1}f} {one.currency or '(no currency)'}"


def _counted(one: Figure) -> str:
    return f"{one.numerator:,.{0 if BY_NAME[one.kpi].kind == 'share' else 2}f}"
