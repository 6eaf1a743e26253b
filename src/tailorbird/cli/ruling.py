"""`tailorbird rules`: how right the rules were, beside a running server or without one."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.api.ruling import RehearsalShown, RulesReported
from tailorbird.beside import server_of
from tailorbird.cli.either import here_or_there
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.remote import Remote
from tailorbird.compose import Workspace
from tailorbird.configure.reading import texts_of
from tailorbird.rules.configuration import RULES
from tailorbird.rules.rehearsing import Rehearsal
from tailorbird.rules.report import Share, report
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

rules = typer.Typer(no_args_is_help=True, help="Look at what rules did.")


@rules.callback()
def _rules() -> None:
    """Look at what rules did."""


@rules.command("report")
def rules_report(
    days: Annotated[int, typer.Option(help="How many days back.", min=1, max=3_650)] = 30,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show of each rule who reached its goal, treated and held out: its false alarms."""
    found = _reported(existing(data), WorkspaceId(workspace), days)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found, Console(highlight=False))


@rules.command("rehearse")
def rehearse(
    place: Annotated[
        Path, typer.Argument(help="A YAML file or a folder of them.", show_default=False)
    ],
    hours: Annotated[int, typer.Option(help="How many hours back.", min=1, max=744)] = 24,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show how often the rules of some files would have fired lately; nothing is changed."""
    found = _rehearsed(existing(data), WorkspaceId(workspace), texts_of(place), hours)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _show_rehearsal(found, Console(highlight=False))


def _rehearsed(
    settings: Settings, workspace: WorkspaceId, files: dict[str, str], hours: int
) -> RehearsalShown:
    async def here(shop: Workspace) -> RehearsalShown:
        draft = await shop.configurator.draft(files)
        found = await Rehearsal(shop.watcher.around, draft).walk(hours)
        return RehearsalShown(tuple(found), hours)

    def there() -> RehearsalShown:
        with Remote(settings, server_of(settings), workspace, "rules") as remote:
            body = msgspec.json.encode({"files": files, "hours": hours})
            answered: Any = remote.send("POST", "/v1/rules/rehearse", body)
        return msgspec.convert(answered, RehearsalShown)

    return here_or_there(settings, workspace, here, there)


def _show_rehearsal(found: RehearsalShown, console: Console) -> None:
    table = Table("rule", box=None)
    for title in ("asked", "would fire", "for people", "called off", "no longer so", "silent"):
        table.add_column(title, justify="right")
    for one in found.rules:
        silent = one.cooling + one.outranked
        cells = (one.asked, one.fired, one.people, one.called_off, one.failed, silent)
        table.add_row(one.rule, *(f"{cell:,}" for cell in cells))
    console.print(table)
    console.print(f"Over the last {found.hours} hours.")


def _reported(settings: Settings, workspace: WorkspaceId, days: int) -> RulesReported:
    async def here(shop: Workspace) -> RulesReported:
        known = shop.configurator.active.of(RULES)
        found = await report(shop.log, shop.watcher.around.people, known, wall_clock(), days)
        return RulesReported(tuple(found), days)

    def there() -> RulesReported:
        with Remote(settings, server_of(settings), workspace, "rules") as remote:
            answered: Any = remote.send("GET", "/v1/rules/report", days=str(days))
        return msgspec.convert(answered, RulesReported)

    return here_or_there(settings, workspace, here, there)


def _show(found: RulesReported, console: Console) -> None:
    if not found.rules:
        console.print("There are no rules: `tailorbird apply` puts some in force.")
        return
    table = Table("rule", "goal", box=None)
    for title in ("fired", "reached it", "held out", "false alarms", "open"):
        table.add_column(title, justify="right")
    for one in found.rules:
        table.add_row(
            one.rule,
            f"{one.goal} within {one.within}",
            f"{one.treated.of:,}",
            _share(one.treated),
            f"{one.held_out.of:,}",
            _share(one.held_out),
            f"{one.open:,}",
        )
    console.print(table)
    if not any(one.held_out.of for one in found.rules):
        console.print("False alarms are known only for rules with a `holdout`.")


def _share(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "-"
    return f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%})"
