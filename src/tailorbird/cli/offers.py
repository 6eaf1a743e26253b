"""`tailorbird offers`: what offers cost and earned, and whether they fall alike on groups."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import files_of, spending_of
from tailorbird.cli.offer_effects import calibration, depths, earned, recalibrate
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.decide.offers.audit import GroupReading, audited
from tailorbird.decide.offers.grants import Spending
from tailorbird.decide.offers.meetings import given_to, group_of, met
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

offers = typer.Typer(no_args_is_help=True, help="Look at what offers gave, and to whom.")
offers.command()(earned)
offers.command()(depths)
offers.command()(calibration)
offers.command()(recalibrate)
_WIDE = 130


class Audit(msgspec.Struct, frozen=True):
    """One offer by one attribute."""

    offer: str
    by: str
    groups: tuple[GroupReading, ...]


class Audits(msgspec.Struct, frozen=True):
    """The whole report."""

    days: int
    audits: tuple[Audit, ...]


@offers.command("list")
def show_all(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show what every offer has given, and what it holds of its budget (in minor units)."""
    found = spending_of(existing(data), WorkspaceId(workspace))
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    if not found:
        print("No offer was given yet.")
        return
    table = Table("offer", box=None)
    for title in Spending.__struct_fields__[1:]:
        table.add_column(title, justify="right")
    for one in found:
        table.add_row(one.offer, *(f"{value:,}" for value in msgspec.structs.astuple(one)[1:]))
    _console().print(table)


@offers.command()
def audit(
    by: Annotated[
        list[str] | None,
        typer.Option(help="country, device, locale, timezone or trait:NAME; may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(help="How many days back.", min=1, max=3_650)] = 90,
    only: Annotated[str | None, typer.Option("--offer", help="One offer only.")] = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show by group who was given an offer and how deep, and warn where groups differ."""
    attributes = by or ["country", "device"]
    found = _audits(existing(data), WorkspaceId(workspace), attributes, days)
    found = tuple(one for one in found if only is None or one.offer == only)
    if as_json:
        print(msgspec.json.encode(Audits(days, found)).decode())
        return
    if not found:
        print("No offer was decided on in that time.")
    for one in found:
        _show(one)


def _audits(
    settings: Settings, workspace: WorkspaceId, attributes: list[str], days: int
) -> tuple[Audit, ...]:
    files = files_of(settings, workspace)
    try:
        given = given_to(files.decisions(wall_clock() - days * DAY_MS))
        groups = {
            one.person: {name: group_of(one.profile, name) for name in attributes}
            for one in files.people()
        }
    finally:
        files.close()
    return tuple(
        Audit(
            offer,
            name,
            audited(met(people, {person: found[name] for person, found in groups.items()})),
        )
        for offer, people in sorted(given.items())
        for name in attributes
    )


def _show(one: Audit) -> None:
    table = Table("group", box=None, title=f"{one.offer} by {one.by}", title_justify="left")
    for title in ("people", "given", "rate", "depth"):
        table.add_column(title, justify="right")
    table.add_column("differs")
    for group in one.groups:
        table.add_row(
            group.group,
            f"{group.people:,}",
            f"{group.given:,}",
            f"{group.rate:.1%} ({group.rate_low:.1%} to {group.rate_high:.1%})",
            _depth(group),
            "; ".join(group.warnings) or "-",
        )
    _console().print(table)


def _depth(group: GroupReading) -> str:
    if group.depth is None:
        return "-"
    if group.depth_low is None or group.depth_high is None:
        return f"{group.depth:.2f}"
    return f"{group.depth:.2f} ({group.depth_low:.2f} to {group.depth_high:.2f})"


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_WIDE, highlight=False)
