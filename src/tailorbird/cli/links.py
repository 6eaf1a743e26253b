"""`tailorbird links`: who probably is the same, why, and taking it back."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import server_of
from tailorbird.cli.either import Work, here_or_there
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.remote import Remote
from tailorbird.compose import Workspace
from tailorbird.links.telling import LinksShown
from tailorbird.settings import Settings
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import DEFAULT_WORKSPACE, PersonId, WorkspaceId

links = typer.Typer(help="Show, find and take back links that are only probable.")

Who = Annotated[
    str, typer.Argument(metavar="ID", help="p_…, user:ID or anonymous:ID.", show_default=False)
]
_WIDE = 150
_BY = "tailorbird links"


class UnknownPerson(NotFound):
    """Nobody is known by that name."""

    remedy = "Name a person as p_…, user:ID or anonymous:ID."


@links.command("list")
def show_all(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show all links, the surest first, with what speaks for them and what they rest on."""
    found = _done(data, workspace, lambda shop: shop.linker.shown(), ("GET", "/v1/links"))
    _print(found, as_json=as_json)


@links.command()
def refresh(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Find the links anew, now."""
    there = ("POST", "/v1/links/refresh")
    found = _done(data, workspace, lambda shop: shop.linker.refresh(), there)
    _print(found, as_json=as_json)


@links.command()
def show(
    who: Who,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show who lends to a person, or to whom they lend."""

    async def here(shop: Workspace) -> LinksShown:
        return await shop.linker.shown(await _person(shop, who))

    _print(_done(data, workspace, here, ("GET", f"/v1/people/{who}/links")), as_json=as_json)


@links.command()
def deny(
    who: Who,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other one.")],
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
) -> None:
    """Take back the link between two people, for good."""

    async def here(shop: Workspace) -> LinksShown:
        return await shop.linker.deny(await _person(shop, who), await _person(shop, other), _BY)

    _done(data, workspace, here, ("DELETE", f"/v1/people/{who}/links/{other}"))
    print("denied")


@links.command()
def clear(data: Data = None, workspace: Shop = DEFAULT_WORKSPACE) -> None:
    """Drop all links now; the next round looks again, unless `links` is switched off."""
    _done(data, workspace, lambda shop: shop.linker.clear(), ("DELETE", "/v1/links"))
    print("dropped")


async def _person(shop: Workspace, who: str) -> PersonId:
    kind, colon, value = who.partition(":")
    name = f"{kind}:{shop.pseudonyms.stand_in(value)}" if colon and value else who
    found = await shop.resolver.find(name)
    if found is None:
        raise UnknownPerson(f"Nobody is known as {who[:80]!r}.")
    return found[0]


def _done(
    data: str | None, workspace: str, here: Work[LinksShown], there: tuple[str, str]
) -> LinksShown:
    """Do it in the folder, or have the server do it that has the folder; return what it shows."""
    settings, name = existing(data), WorkspaceId(workspace)
    return here_or_there(settings, name, here, lambda: _asked(settings, name, there))


def _asked(settings: Settings, name: WorkspaceId, there: tuple[str, str]) -> LinksShown:
    with Remote(settings, server_of(settings), name, "links") as remote:
        return msgspec.convert(remote.send(there[0], there[1], b""), LinksShown)


def _print(shown: LinksShown, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(shown).decode())
        return
    print(f"links: {shown.mode}, {shown.precision_asked:.0%} of them shall be right. {shown.why}")
    if shown.held_out_links:
        right, of = shown.held_out_right, shown.held_out_links
        print(f"On held-out logins {right} of {of} links from {shown.threshold:.2f} on were right.")
    if shown.settled:
        print(f"Later logins bore out {shown.settled_right} of {shown.settled} links.")
    if not shown.links:
        print("Nobody lends to anybody.")
        return
    table = Table("lent to", "lent by", "sure", "because")
    for one in shown.links:
        table.add_row(one.browser, one.user, f"{one.probability:.1%}", "; ".join(one.because))
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)
