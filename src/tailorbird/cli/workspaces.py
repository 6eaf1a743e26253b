"""`tailorbird workspaces`: the shops of a data folder, and what each holds."""

import msgspec
from rich.console import Console
from rich.table import Table

from tailorbird.beside import WorkspaceFacts, facts_of, workspaces_of
from tailorbird.cli.options import AsJson, Data, existing


def workspaces(data: Data = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Show the shops of a data folder, and how much each holds."""
    settings = existing(data)
    found = [facts_of(settings, name) for name in workspaces_of(settings)]
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("workspace", box=None)
    for title in ("events", "people", "items", "dead letters", "decisions", "MB"):
        table.add_column(title, justify="right")
    for one in found:
        table.add_row(one.name, *_cells(one))
    Console().print(table)


def _cells(one: WorkspaceFacts) -> list[str]:
    counts = (one.events, one.people, one.items, one.dead_letters, one.decisions)
    return [*(f"{count:,}" for count in counts), f"{one.bytes / 1e6:,.1f}"]
