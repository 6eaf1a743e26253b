"""`tailorbird person`: everything held on somebody, shown or forgotten, with a receipt."""

import secrets
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import server_of
from tailorbird.cli.either import held_or_there
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.remote import Remote
from tailorbird.compose import Install, Workspace
from tailorbird.privacy.requests import Receipt, RequestType
from tailorbird.settings import Settings
from tailorbird.spine.errors import BadRequest, NotFound
from tailorbird.spine.ids import DEFAULT_WORKSPACE, IdentifierKey, WorkspaceId

person = typer.Typer(no_args_is_help=True, help="Show or forget all that is held on a person.")

Named = Annotated[
    str, typer.Argument(metavar="ID", help="p_…, user:ID or anonymous:ID.", show_default=False)
]
_TYPES = {"user": "controller_customer_id", "anonymous": "anonymous_id"}


class NotAPerson(BadRequest):
    """This does not name a person."""

    remedy = "Name a person as p_…, user:ID or anonymous:ID."


class UnknownPerson(NotFound):
    """Nobody is known by that name."""

    remedy = "Name a person as p_…, user:ID or anonymous:ID."


@person.command()
def erase(
    who: Named,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Forget a person in every store; what comes late under their identifiers stays out."""
    receipt = _asked(RequestType.ERASURE, who, existing(data), WorkspaceId(workspace))
    if as_json:
        print(msgspec.json.encode(receipt).decode())
    else:
        _show(receipt)


@person.command()
def export(
    who: Named,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print everything held on a person as JSON; with --json, the whole receipt in one line."""
    receipt = _asked(RequestType.ACCESS, who, existing(data), WorkspaceId(workspace))
    if as_json:
        print(msgspec.json.encode(receipt).decode())
    else:
        print(msgspec.json.format(msgspec.json.encode(receipt.data)).decode())


def _asked(kind: RequestType, who: str, settings: Settings, workspace: WorkspaceId) -> Receipt:
    """Have a request carried out: by the officer here, or by the server that has the folder."""
    head, colon, value = who.partition(":")
    if not (who.startswith("p_") or (head in _TYPES and colon and value)):
        raise NotAPerson(f"{who[:80]!r} does not name a person.")

    async def here(install: Install) -> Receipt:
        return await _here(install, kind, who, workspace)

    return held_or_there(settings, here, lambda: _from_server(kind, who, settings, workspace))


async def _here(install: Install, kind: RequestType, who: str, workspace: WorkspaceId) -> Receipt:
    shop = await install.workspace(workspace)
    keys = await _identifiers(shop, who)
    request = f"r_{secrets.token_hex(8)}"
    install.audit.note(install.clock(), workspace, "command line", f"privacy {kind}", request)
    if kind is RequestType.ERASURE:
        return await shop.officer.erase(request, keys)
    return await shop.officer.access(request, kind, keys)


async def _identifiers(shop: Workspace, who: str) -> list[IdentifierKey]:
    """Return by what a person is known; an identifier that nobody has may still be on a list."""
    kind, colon, value = who.partition(":")
    if colon:
        return [IdentifierKey(f"{kind}:{shop.pseudonyms.stand_in(value)}")]
    found = await shop.resolver.find(who)
    if found is None:
        raise UnknownPerson(f"Nobody is known as {who[:80]!r}.")
    return list(found[1].identifiers)


def _from_server(
    kind: RequestType, who: str, settings: Settings, workspace: WorkspaceId
) -> Receipt:
    with Remote(settings, server_of(settings), workspace, "person") as remote:
        keys = [who]
        if who.startswith("p_"):
            keys = remote.send("GET", f"/v1/people/{who}/identities")["identifiers"]
        request = {"subject_request_type": kind, "subject_identities": [_identity(k) for k in keys]}
        body = msgspec.json.encode(request)
        return msgspec.convert(remote.send("POST", "/v1/privacy/requests", body), Receipt)


def _identity(key: str) -> dict[str, Any]:
    kind, _, value = key.partition(":")
    return {"identity_type": _TYPES[kind], "identity_value": value}


def _show(receipt: Receipt) -> None:
    table = Table("store", "found", "done", title=f"{receipt.type}: {receipt.request_id}")
    for one in receipt.stores:
        table.add_row(one.store, f"{one.found:,}", one.done)
    Console().print(table)
    print(f"{receipt.identifiers} identifiers, completed {receipt.completed_at}")
