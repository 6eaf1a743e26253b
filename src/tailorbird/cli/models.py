"""`tailorbird models`: the trained versions, and which of them serves or was turned away."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import model_store, people_model_store, uplift_store
from tailorbird.cli.models_uplift import is_uplift, listed_uplift, one_uplift, uplift_table
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.training import Family
from tailorbird.predict.hybrid.watch import WATCH as ORDERS
from tailorbird.predict.people_watch import PeopleWatched, people_watched_from
from tailorbird.predict.registry.card import Listed, Measurement, Status
from tailorbird.predict.registry.drift import Drift
from tailorbird.predict.registry.listing import listed, one_of
from tailorbird.predict.registry.ports import Versioned
from tailorbird.predict.registry.watched import Watched, shown, watched_from
from tailorbird.settings import Settings
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
_OF_PEOPLE = "people@"


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
    settings, name = existing(data), WorkspaceId(workspace)
    stores = (model_store(settings, name), people_model_store(settings, name))
    of_items, of_people = (listed(store) for store in stores)
    of_uplift = listed_uplift(settings, name)
    if as_json:
        print(msgspec.json.encode([*of_items, *of_people, *of_uplift]).decode())
        return
    if not of_items and not of_people and not of_uplift:
        print("No model is trained yet: run `tailorbird train`.")
        return
    if of_items:
        _table(of_items, {"HitRate@20": "hitrate@20", "MRR@20": "mrr@20"}, "sessions")
    if of_people:
        _table(of_people, {"intent AUC": "intent auc", "intent ECE": "intent ece"}, "visits")
    if of_uplift:
        Console(width=150).print(uplift_table(of_uplift))
    watches = (
        watched_from(stores[0].read_watch()),
        watched_from(stores[0].noted(ORDERS)),
        people_watched_from(stores[1].read_watch()),
    )
    moved = [one for seen in watches if seen is not None for one in seen.alarms]
    if moved:
        print(f"Drifted since training: {_drifted(moved)}. Run `tailorbird train`.")


@models.command()
def show(
    version: Version,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show all that is known of one version: data, lineage, metrics, the gate's words, its past."""
    settings, place = existing(data), WorkspaceId(workspace)
    if is_uplift(version):
        one = one_uplift(settings, place, version)
    else:
        one = one_of(_store(settings, place, version), version)
    found: dict[str, Any] = msgspec.to_builtins(one)
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
    if is_uplift(version):
        uplift_store(existing(data), WorkspaceId(workspace)).promote(version, wall_clock(), why)
        print(f"{version} serves.")
        return
    store = _store(existing(data), WorkspaceId(workspace), version)
    store.read(version)  # one that cannot be read is refused here, not by the server
    store.promote(version, wall_clock(), why)
    print(f"{version} serves.")


@models.command()
def rollback(
    family: Annotated[
        Family, typer.Argument(help="Of items, of people, or of uplift.", case_sensitive=False)
    ] = Family.ITEMS,
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    why: Why = _BY_HAND,
    treatment: Annotated[str, typer.Option(help="Uplift: of which treatment.")] = "",
) -> None:
    """Let the version serve that served before; the present one is withdrawn."""
    if family is Family.UPLIFT:
        kept = uplift_store(existing(data), WorkspaceId(workspace))
        print(f"{kept.rollback(treatment, wall_clock(), why)} serves.")
        return
    named = _OF_PEOPLE if family is Family.PEOPLE else ""
    store = _store(existing(data), WorkspaceId(workspace), named)
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
    settings, name = existing(data), WorkspaceId(workspace)
    store = model_store(settings, name)
    if stop and version is not None:
        raise BadRequest("Name a version, or say --stop", remedy="Not both.")
    if stop:
        store.shadow(None, wall_clock(), _BY_HAND)
        print("Nothing is in shadow.")
        return
    if version is not None:
        if version.startswith(_OF_PEOPLE):
            raise BadRequest(
                "Versions of models of people are not put in shadow.",
                remedy="Look at `models show`: the gate has compared it with the one that serves.",
            )
        if store.status(version) is Status.CHAMPION:
            raise BadRequest(f"{version} serves already.", remedy="Name another version.")
        store.read(version)
        store.shadow(version, wall_clock(), _BY_HAND)
        print(f"{version} is in shadow.")
        return
    _show_watches(settings, name, as_json=as_json)


def _show_watches(settings: Settings, name: WorkspaceId, *, as_json: bool) -> None:
    """Show what a server has seen of the models at work."""
    seen = watched_from(model_store(settings, name).read_watch())
    ordered = watched_from(model_store(settings, name).noted(ORDERS))
    met = people_watched_from(people_model_store(settings, name).read_watch())
    if as_json:
        print(msgspec.json.encode(None if seen is None else shown(seen)).decode())
        return
    if seen is None and met is None:
        print("Nothing was seen yet: a running server looks, once people come.")
    if seen is not None:
        _print(seen)
    if ordered is not None:
        print("The learned ranker, on what was touched next:")
        _print(ordered)
    if met is not None:
        _print_people(met)


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
    _print_drift(console, seen.drift)


def _print_people(seen: PeopleWatched) -> None:
    console = Console(width=150)
    console.print(f"{seen.name}: {seen.asked:,} moments asked, {seen.settled:,} settled")
    if seen.settled:
        said, came = seen.said / seen.settled, seen.happened / seen.settled
        console.print(f"said {said:.2%}, came {came:.2%}, Brier {seen.squares / seen.settled:.4f}")
    _print_drift(console, seen.drift)


def _print_drift(console: Console, drift: Sequence[Drift]) -> None:
    for moved in drift:
        mark = "  drifted" if moved.alarm else ""
        console.print(f"{moved.name}: PSI {moved.psi:.3f} over {moved.count:,}{mark}")


def _drifted(moved: Sequence[Drift]) -> str:
    return ", ".join(f"{one.name} (PSI {one.psi:.2f})" for one in moved)


def _store(settings: Settings, name: WorkspaceId, version: str) -> Versioned:
    """Return where a version is kept, told by its name."""
    of_people = version.startswith(_OF_PEOPLE.rstrip("@"))
    return people_model_store(settings, name) if of_people else model_store(settings, name)


def _table(found: Sequence[Listed], metrics: Mapping[str, str], learned_from: str) -> None:
    table = Table("version", "status", *metrics, learned_from, "until", "why")
    for one in found:
        window = one.window
        table.add_row(
            one.name,
            one.status,
            *(_measured(one.metrics.get(name)) for name in metrics.values()),
            "" if window is None else f"{window.sessions:,}",
            "" if window is None else format_time(window.until_ms)[:16],
            one.acts[-1].why if one.acts else "",
        )
    Console(width=150).print(table)


def _measured(value: Measurement | None) -> str:
    return "" if value is None else f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"
