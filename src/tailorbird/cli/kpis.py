"""`tailorbird kpis`: the shop's key figures by placement, trigger, offer or channel."""

import sys
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from tailorbird.beside import WorkspaceFiles, files_of, open_versions
from tailorbird.cli.kpi_table import show
from tailorbird.cli.options import AsJson, AtMs, Data, Shop, existing, moment
from tailorbird.cli.rooms import measuring
from tailorbird.configure.configurator import Configurator
from tailorbird.configured import KINDS
from tailorbird.consent.purposes import Purpose
from tailorbird.identity.graph import Node
from tailorbird.measure.kpis.figures import BadKpiQuestion, KpiQuestion, KpisShown
from tailorbird.measure.kpis.gists import DecisionGist, EventGist, ItemGist, Records
from tailorbird.measure.own.people import People
from tailorbird.rules.configuration import RULES
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

_DAYS = 30


class By(StrEnum):
    """What the key figures are told apart by."""

    SHOP = "shop"
    PLACEMENT = "placement"
    TRIGGER = "trigger"
    OFFER = "offer"
    CHANNEL = "channel"


Only = Annotated[str | None, typer.Option(help="Only visits that belong to this one, too.")]


def kpis(  # noqa: PLR0913, PLR0917 - each is an option of the command
    by: Annotated[By, typer.Option(help="What to tell apart.")] = By.PLACEMENT,
    since: Annotated[
        str | None, typer.Option(help="From when on; 30 days ago when left out.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Until when; now when left out.")] = None,
    placement: Only = None,
    trigger: Only = None,
    offer: Only = None,
    channel: Only = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    at_ms: AtMs = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show key figures, each with what it counts, of what, and how sure it is."""
    now_ms = wall_clock() if at_ms is None else at_ms
    until_ms = moment(until) if until is not None else now_ms
    asked = {"placement": placement, "trigger": trigger, "offer": offer, "channel": channel}
    question = KpiQuestion(
        by=by.value,
        since_ms=moment(since) if since is not None else until_ms - _DAYS * DAY_MS,
        until_ms=until_ms,
        now_ms=now_ms,
        only={name: one for name, one in asked.items() if one is not None},
    )
    if question.since_ms >= until_ms:
        raise BadKpiQuestion("`since` must come before `until`.")
    shown = told(existing(data), WorkspaceId(workspace), question)
    if as_json:
        typer.echo(msgspec.json.encode(shown).decode())
    else:
        show(shown, terminal=sys.stdout.isatty())


def told(settings: Settings, workspace: WorkspaceId, question: KpiQuestion) -> KpisShown:
    """Return the key figures of a workspace, read beside a running server or without one.

    Raises:
        MeasureMissing: the extra `measure` is not installed.
    """
    lake = measuring("kpis.lake")
    versions = open_versions(settings, workspace)
    try:
        rules = Configurator(KINDS, versions).active.of(RULES)
    finally:
        versions.close()
    files = files_of(settings, workspace)
    try:
        people, left_out = _people(files, unasked=settings.consent == "opt-out")
        records = Records(
            events=lambda: files.events_as(EventGist),
            decisions=lambda: files.decisions_as(DecisionGist, question.since_ms - DAY_MS),
            items=lambda: (
                ItemGist(
                    str(one.id),
                    one.asking_minor,
                    one.cost_minor,
                    one.currency,
                    one.stock,
                    one.in_stock,
                )
                for one in files.items()
            ),
            stock=files.stock_changes,
            person=people.of,
            left_out=left_out,
            rules=tuple(rules),
        )
        shown: KpisShown = lake.told(records, question)
        return shown
    finally:
        files.close()


def _people(files: WorkspaceFiles, *, unasked: bool) -> tuple[People, int]:
    """Return who is who, and how many do not want to be measured, or were not asked."""
    refuses = files.refusing(Purpose.ANALYTICS)

    def apart(node: Node) -> bool:
        return refuses(node) if unasked else not files.choices(node).get(Purpose.ANALYTICS, False)

    known = [(person, node.identifiers, apart(node)) for person, node in files.nodes()]
    return People(known), sum(left_out for _, _, left_out in known)
