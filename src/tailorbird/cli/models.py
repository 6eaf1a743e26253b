"""`tailorbird models`: the trained versions, and which of them serves or was turned away."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import model_store
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.predict.registry.card import Measurement, Status
from tailorbird.predict.registry.listing import listed, one_of
from tailorbird.predict.registry.watched import Watched, shown, watched_from
from tailorbird.spine.clock import format_time, wall_clock
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

models = typer.Typer(
    invoke_without_command=True,
    help="The trained versions: list, show, promote, roll back, put in shadow.",
)

Version = Annotated[str, typer.Argument(help="A version, such as blend@2026-11-20T02-30-00.")]
Why = Annotated[str, typer.Option(help="The reason, for those who look later.")]

_BY_HAND = "by hand"


@models.callback()
def default(
    context: typer.Context,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show the trained versions when no more is said."""
    if context.invoked_subcommand is None:
        show_all(data, workspace, as_json)


@models.command("list")
def show_all(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show every version: what it is now, how well it guessed, and what it learned from."""
    found = listed(model_store(existing(data), WorkspaceId(workspace)))
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    if not found:
        print("No model is trained yet: run `tailorbird train`.")
        return
    table = Table("version", "status", "HitRate@20", "MRR@20", "sessions", "until", "why")
    for one in found:
        window = one.window
        table.add_row(
            one.name,
            one.status,
            _measured(one.metrics.get("hitrate@20")),
            _measured(one.metrics.get("mrr@20")),
            "" if window is None else f"{window.sessions:,}",
            "" if window is None else format_time(window.until_ms)[:16],
            one.acts[-1].why if one.acts else "",
        )
    Console(width=150).print(table)


@models.command()
def show(
    version: Version,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show all that is known of one version: data, lineage, metrics, the gate's words, its past."""
    store = model_store(existing(data), WorkspaceId(workspace))
    found: dict[str, Any] = msgspec.to_builtins(one_of(store, version))
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    for name, value in found.items():
        print(f"{name}: {msgspec.json.encode(value).decode()}")


@models.command()
def promote(
    version: Version,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    why: Why = _BY_HAND,
) -> None:
    """Let a version serve, even a rejected one; a running server adopts it within two seconds."""
    store = model_store(existing(data), WorkspaceId(workspace))
    store.read(version)  # one that cannot be read is refused here, not by the server
    store.promote(version, wall_clock(), why)
    print(f"{version} serves.")


@models.command()
def rollback(data: Data = None, workspace: Shop = DEFAULT_WORKSPACE, why: Why = _BY_HAND) -> None:
    """Let the version serve that served before; the present one is withdrawn."""
    store = model_store(existing(data), WorkspaceId(workspace))
    print(f"{store.rollback(wall_clock(), why)} serves.")


@models.command()
def shadow(
    version: Annotated[
        str | None, typer.Argument(help="A version to score beside the one that serves.")
    ] = None,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    stop: Annotated[bool, typer.Option("--stop", help="End the comparison.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Score a version beside the one that serves, unseen; without one, show how they do."""
    store = model_store(existing(data), WorkspaceId(workspace))
    if stop and version is not None:
        raise BadRequest("Name a version, or say --stop", remedy="Not both.")
    if stop:
        store.shadow(None, wall_clock(), _BY_HAND)
        print("Nothing is in shadow.")
        return
    if version is not None:
        if store.status(version) is Status.CHAMPION:
            raise BadRequest(f"{version} serves already.", remedy="Name another version.")
        store.read(version)
        store.shadow(version, wall_clock(), _BY_HAND)
        print(f"{version} is in shadow.")
        return
    seen = watched_from(store.read_watch())
    if as_json:
        print(msgspec.json.encode(None if seen is None else shown(seen)).decode())
    elif seen is None:
        print("Nothing was seen yet: a running server looks, once people come.")
    else:
        _print(seen)


def _print(seen: Watched) -> None:
    table = Table("version", "status", "questions", "HitRate@20", "MRR@20")
    for status, one in (("champion", seen.champion), ("challenger", seen.challenger)):
        if one is not None:
            hits = _measured(one.hit_rate)
            table.add_row(one.name, status, f"{one.questions:,}", hits, _measured(one.mrr))
    console = Console(width=150)
    console.print(table)
    if seen.difference is not None:
        console.print(f"challenger less champion: {_measured(seen.difference)} hits a question")
    for moved in seen.drift:
        mark = "  drifted" if moved.alarm else ""
        console.print(f"{moved.name}: PSI {moved.psi:.3f} over {moved.count:,}{mark}")


def _measured(value: Measurement | None) -> str:
    return "" if value is None else f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"
