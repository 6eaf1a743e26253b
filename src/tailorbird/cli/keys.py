"""`tailorbird keys`: make, list and revoke keys, and show what user tokens are signed with."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.access.keys import ALL_SCOPES, Key, KeyKind, Scope, new_key
from tailorbird.beside import open_keys, signing_secret_of
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.settings import read_settings
from tailorbird.spine.clock import format_time, wall_clock
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys.")

Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", help="A browser origin that may use it; again for more; else any."),
]
Scopes = Annotated[
    list[Scope] | None,
    typer.Option("--scope", help="What a secret key may do; again for more; else everything."),
]


class UnknownKey(NotFound):
    """There is no key by that id, or it is revoked already."""

    remedy = "Look at `tailorbird keys list`."


@keys.command("create")
def create_key(  # noqa: PLR0913, PLR0917 - each is an option of the command
    kind: Annotated[KeyKind, typer.Option(help="publishable for pages, secret for servers.")],
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    label: Annotated[str, typer.Option(help="What the key is for, in a few words.")] = "",
    origin: Origins = None,
    scope: Scopes = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make a key and print it, this once; works before the first start and beside a server."""
    ring = open_keys(read_settings(data=data))
    key, text = new_key(
        kind,
        WorkspaceId(workspace),
        wall_clock(),
        label=label,
        scopes=tuple(scope or ALL_SCOPES),
        origins=tuple(origin or ()),
    )
    ring.add(key, text)
    ring.close()
    made = {"id": key.id, "key": text, "kind": key.kind.value}
    print(msgspec.json.encode(made).decode() if as_json else text)


@keys.command("list")
def list_keys(data: Data = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Show the keys without their secret part, the revoked ones, too."""
    ring = open_keys(existing(data))
    found = ring.all()
    ring.close()
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("id", "kind", "workspace", "label", "origins", "made", "revoked", box=None)
    for key in found:
        table.add_row(*_cells(key))
    Console().print(table)


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id, such as k_0123.", show_default=False)],
    data: Data = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make a key useless from this moment, for running servers, too."""
    ring = open_keys(existing(data))
    done = ring.revoke(key, wall_clock())
    ring.close()
    if not done:
        raise UnknownKey(f"There is no key {key!r} to revoke.")
    print(msgspec.json.encode({"id": key, "revoked": True}).decode() if as_json else "revoked")


@keys.command("signing-secret")
def show_signing_secret(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print the secret under which the shop's server signs a `userToken`; keep it there."""
    secret = signing_secret_of(existing(data), WorkspaceId(workspace))
    print(msgspec.json.encode({"signingSecret": secret}).decode() if as_json else secret)


def _cells(key: Key) -> list[str]:
    revoked = "" if key.revoked_at_ms is None else format_time(key.revoked_at_ms)[:16]
    made = format_time(key.created_at_ms)[:16]
    origins = " ".join(key.origins) or "any"
    return [key.id, key.kind.value, key.workspace, key.label, origins, made, revoked]
