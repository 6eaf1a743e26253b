"""Key figures for people at a terminal: one table a group, the interval beside each figure."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tailorbird.measure.kpis.figures import KpiGroup, KpisShown
from tailorbird.measure.kpis.words import amount, parts, title, within

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
    console.print()
    console.print(escape(f"{group.name}: {group.sessions:,} visits of {group.people:,} people"))
    if not group.figures:
        return
    table = Table("", box=None, padding=(0, 2, 0, 0))
    for heading in ("", "95 %", "counted", "of"):
        table.add_column(heading, justify="right")
    for one in group.figures:
        table.add_row(escape(title(one)), amount(one, one.value), within(one), *parts(one))
    console.print(table)
    for one in group.figures:
        if one.note is not None:
            console.print(escape(f"{title(one)}: {one.note}"))
