"""`tailorbird doctor`: what is wrong with an install, and what to do."""

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import workspaces_of
from tailorbird.cli.checks import Verdict, machine, rights, secrets, serving, workspace
from tailorbird.cli.options import AsJson, Data
from tailorbird.settings import read_settings
from tailorbird.spine.clock import wall_clock

_MARKS = {Verdict.GOOD: "ok", Verdict.DOUBTFUL: "[yellow]look[/]", Verdict.BAD: "[red]bad[/]"}


def doctor(data: Data = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Say what is wrong and what to do; exit with 1 if anything is bad."""
    settings = read_settings(data=data)
    now_ms = wall_clock()
    findings = [
        *machine(settings),
        *rights(settings),
        *serving(settings),
        *secrets(settings),
    ]
    for name in workspaces_of(settings):
        findings += workspace(settings, name, now_ms)
    if as_json:
        print(msgspec.json.encode(findings).decode())
    else:
        table = Table("", "check", "what was seen", "what to do", box=None)
        for one in findings:
            table.add_row(_MARKS[one.verdict], one.check, one.saw, one.todo)
        Console().print(table)
    if any(one.verdict is Verdict.BAD for one in findings):
        raise typer.Exit(1)
