"""`tailorbird segments`: which groups of people there are, who is in them, and mending by hand."""

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
from tailorbird.segments.telling import MembersShown, SegmentsShown
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

segments = typer.Typer(help="Show, find and mend the groups that people are in.")

Name = Annotated[str, typer.Argument(help="A segment, by id or by name.", show_default=False)]
Who = Annotated[
    str, typer.Argument(metavar="ID", help="p_…, user:ID or anonymous:ID.", show_default=False)
]
_WIDE = 150


class UnknownPerson(NotFound):
    """Nobody is known by that name."""

    remedy = "Name a person as p_…, user:ID or anonymous:ID."


class _Place(msgspec.Struct, frozen=True):
    """Where to do it: which folder, which shop."""

    data: str | None
    workspace: str


@segments.command("list")
def show_all(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show all segments, the largest first, with what sets each apart and how stable they are."""
    found = _done(
        _Place(data, workspace), lambda shop: shop.segmenter.shown(), ("GET", "/v1/segments", b"")
    )
    _print(msgspec.convert(found, SegmentsShown), as_json=as_json)


@segments.command()
def refresh(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Find the segments anew; those that are still there keep their names."""
    found = _done(
        _Place(data, workspace),
        lambda shop: shop.segmenter.refresh(),
        ("POST", "/v1/segments/refresh", b""),
    )
    _print(msgspec.convert(found, SegmentsShown), as_json=as_json)


@segments.command()
def people(
    name: Name,
    limit: Annotated[int, typer.Option(help="How many.")] = 100,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show who is in a segment."""
    found = _done(
        _Place(data, workspace),
        lambda shop: shop.segmenter.inside(name, limit=limit),
        ("GET", f"/v1/segments/{name}/people", b""),
        limit=str(limit),
    )
    shown = msgspec.convert(found, MembersShown)
    if as_json:
        print(msgspec.json.encode(shown).decode())
        return
    for one in shown.people:
        print(f"{one.person_id}  since {one.since}{'  pinned' if one.pinned else ''}")


@segments.command()
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(help="The name that it shall have.")],
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
) -> None:
    """Give a segment a name that it keeps."""
    body = msgspec.json.encode({"name": new})
    _done(
        _Place(data, workspace),
        lambda shop: shop.segmenter.rename(name, new),
        ("PATCH", f"/v1/segments/{name}", body),
    )


@segments.command()
def merge(
    name: Name,
    into: Annotated[str, typer.Argument(help="The segment that takes the people in.")],
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
) -> None:
    """Put a segment's people into another, now and at all later runs."""
    body = msgspec.json.encode({"into": into})
    _done(
        _Place(data, workspace),
        lambda shop: shop.segmenter.merge(name, into),
        ("POST", f"/v1/segments/{name}/merge", body),
    )


@segments.command()
def pin(who: Who, name: Name, data: Data = None, workspace: Shop = DEFAULT_WORKSPACE) -> None:
    """Put a person into a segment until they are taken out by hand."""

    async def here(shop: Workspace) -> None:
        found = await shop.resolver.find(_named(shop, who))
        if found is None:
            raise UnknownPerson(f"Nobody is known as {who[:80]!r}.")
        await shop.segmenter.pin(found[0], found[1].identifiers[0], name)

    _done(_Place(data, workspace), here, ("PUT", f"/v1/segments/{name}/people/{who}", b""))


@segments.command()
def unpin(who: Who, name: Name, data: Data = None, workspace: Shop = DEFAULT_WORKSPACE) -> None:
    """Let a person be where their behavior puts them again."""

    async def here(shop: Workspace) -> None:
        found = await shop.resolver.find(_named(shop, who))
        if found is None:
            raise UnknownPerson(f"Nobody is known as {who[:80]!r}.")
        await shop.segmenter.unpin(found[0])

    _done(_Place(data, workspace), here, ("DELETE", f"/v1/segments/{name}/people/{who}", b""))


def _named(shop: Workspace, who: str) -> str:
    kind, colon, value = who.partition(":")
    return f"{kind}:{shop.pseudonyms.stand_in(value)}" if colon and value else who


def _done(place: _Place, here: Work[object], there: tuple[str, str, bytes], **query: str) -> object:
    """Do it in the folder, or have the server do it that has the folder; return what it shows."""
    settings, name = existing(place.data), WorkspaceId(place.workspace)

    async def shown(shop: Workspace) -> object:
        return msgspec.to_builtins(await here(shop))

    def asked() -> object:
        with Remote(settings, server_of(settings), name, "segments") as remote:
            found: object = remote.send(there[0], there[1], there[2], **query)
            return found

    return here_or_there(settings, name, shown, asked)


def _print(shown: SegmentsShown, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(shown).decode())
        return
    if not shown.run:
        print("No segments yet: run `tailorbird segments refresh`.")
        return
    table = Table("id", "name", "people", "share", "today", title=_title(shown))
    for one in shown.segments:
        table.add_row(one.id, one.name, f"{one.people:,}", f"{one.share:.1%}", one.description)
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)
    if shown.stability is not None:
        print(f"agreement with the run before (adjusted Rand): {shown.stability:.3f}")
    print(f"agreement with a run from other starts (adjusted Rand): {shown.restart_stability:.3f}")
    print(f"silhouette: {shown.silhouette:.3f}")


def _title(shown: SegmentsShown) -> str:
    return f"{shown.people:,} people, run {shown.run}, {shown.found_at}"
