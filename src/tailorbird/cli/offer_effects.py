"""What offers change: `tailorbird offers earned`, `depths`, `calibration` and `recalibrate`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tailorbird.beside import uplift_store
from tailorbird.cli.learning_uplift import Evidence
from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.cli.training_uplift import Job
from tailorbird.cli.training_uplift import recalibrate as made_anew
from tailorbird.predict.uplift.calibration import Calibration
from tailorbird.predict.uplift.depth_table import DepthTable
from tailorbird.predict.uplift.earning import Earned
from tailorbird.predict.uplift.earning import earned as what_it_earned
from tailorbird.predict.uplift.trial import NoTrial
from tailorbird.spine.clock import format_time, wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

Window = Annotated[float, typer.Option(help="Days after the offer in which orders count.")]
Of = Annotated[list[str] | None, typer.Option("--treatment", help="Of this only; may be repeated.")]

_WIDE = 130


class DepthsShown(msgspec.Struct, frozen=True, rename="camel"):
    """The depth tables of the version that serves, and which of them serves."""

    treatment: str
    serving: DepthTable | None
    tables: tuple[DepthTable, ...]


def earned(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    window: Window = 7.0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show what each offer earned: those who got it against those whom the lot left out."""
    evidence = Evidence(existing(data), WorkspaceId(workspace), wall_clock())
    found: list[Earned] = []
    refused: list[str] = []
    try:
        for one in evidence.treatments():
            known = evidence.outcomes(one, window)
            try:
                found.append(what_it_earned(one.name, known.lesson, window, known.left_out))
            except NoTrial as refusal:
                refused.append(f"{one.name}: {refusal.detail} {refusal.remedy}")
    finally:
        evidence.close()
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    for one_found in found:
        _show_earned(one_found)
    for sentence in refused or ([] if found else ["Chance has decided on no offer yet."]):
        print(sentence)


def depths(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    only: Of = None,
    rollback: Annotated[bool, typer.Option(help="Let the older table serve.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show how deep an offer is for which decile at which margin, as lots have measured it."""
    store = uplift_store(existing(data), WorkspaceId(workspace))
    names = [one for one in store.treatments() if not only or one in only]
    if rollback:
        for name in names:
            print(f"Depth table {store.rollback_depths(name).number} of {name} serves.")
        return
    shown = [
        DepthsShown(name, store.depths(name), tuple(store.depth_tables(model.card.name)))
        for name in names
        if (model := store.load(name)) is not None
    ]
    if as_json:
        print(msgspec.json.encode(shown).decode())
        return
    if not shown:
        print("No uplift model serves yet: run `tailorbird train uplift`.")
    for one in shown:
        _show_depths(one)


def calibration(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    only: Of = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show how the predictions of the models that serve held: predicted beside measured."""
    store = uplift_store(existing(data), WorkspaceId(workspace))
    found: list[Calibration] = []
    for name in store.treatments():
        model = store.load(name)
        if model is not None and (not only or name in only):
            found.extend(store.checks(model.card.name))
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    if not found:
        print("Nothing was held against a holdout yet: run `tailorbird offers recalibrate`.")
    for one in found:
        _show_check(one)


def recalibrate(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    only: Of = None,
    window: Window = 7.0,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Hold the models that serve against what lots measured since, and store the depths anew."""
    job = Job(tuple(only or ()), window)
    made = made_anew(existing(data), WorkspaceId(workspace), wall_clock(), job)
    if as_json:
        print(msgspec.json.encode(made).decode())
        return
    calibration(data, workspace, only)
    for one in made:
        print(f"Depth table {one.number} of {one.model} serves.")


def _show_earned(one: Earned) -> None:
    title = (
        f"{one.offer}: {one.given:,} had it, {one.held_out:,} had nothing by lot; "
        f"orders of the first {one.days:g} days"
    )
    table = Table("a person", box=None, title=title, title_justify="left")
    for name in ("with it", "without", "it changed", "95 % interval"):
        table.add_column(name, justify="right")
    for effect in one.effects:
        digits = 4 if effect.outcome == "order" else 2
        table.add_row(
            effect.outcome,
            f"{effect.given:.{digits}f}",
            f"{effect.held_out:.{digits}f}",
            f"{effect.effect:+.{digits}f}",
            f"{effect.low:+.{digits}f} to {effect.high:+.{digits}f}",
        )
    _console().print(table)
    print(
        f"In all it brought {one.total:+,.2f} of profit "
        f"({one.total_low:+,.2f} to {one.total_high:+,.2f}), its discounts paid."
    )
    if one.left_out:
        print(f"Not counted: {_counted(one.left_out)}.")


def _show_depths(one: DepthsShown) -> None:
    table = one.serving
    if table is None:
        print(f"{one.treatment}: no depth table yet; too few people were given any one depth.")
        return
    numbers = ", ".join(str(each.number) for each in one.tables)
    title = (
        f"{one.treatment}: table {table.number} (of {numbers}) of {table.model}, made "
        f"{format_time(table.made_at_ms)[:16]} on {table.people:,} people"
    )
    shown = Table("margin", box=None, title=title, title_justify="left")
    for decile in range(1, 11):
        shown.add_column(str(decile), justify="right")
    shown.add_column("gain a person, share of an order", justify="right")
    for row in table.rows:
        cells = ["-" if each.depth is None else f"{each.depth:.0%}" for each in row.depths]
        gain = f"{row.gain:+.4f} (from {row.gain_low:+.4f})" if row.gain else "-"
        shown.add_row(f"{row.margin:.0%}", *cells, gain)
    _console().print(shown)


def _show_check(one: Calibration) -> None:
    whose = "a twin of " if one.twin else ""
    held = "hold" if one.holds else "do not hold"
    title = (
        f"{whose}{one.model}, {format_time(one.at_ms)[:16]}: the predictions {held} "
        f"({one.inside} of 10 deciles; {one.people:,} people)"
    )
    table = Table("decile", box=None, title=title, title_justify="left")
    for name in ("people", "predicted", "measured", "95 % interval"):
        table.add_column(name, justify="right")
    for each in one.deciles:
        table.add_row(
            str(each.decile),
            f"{each.people:,}",
            f"{each.predicted:+.4f}",
            f"{each.measured:+.4f}",
            f"{each.low:+.4f} to {each.high:+.4f}",
        )
    table.add_row(
        "all",
        f"{one.people:,}",
        f"{one.expected:+.4f}",
        f"{one.average.value:+.4f}",
        f"{one.average.low:+.4f} to {one.average.high:+.4f}",
    )
    _console().print(table)


def _counted(left_out: dict[str, int]) -> str:
    return ", ".join(f"{count:,} ({reason})" for reason, count in sorted(left_out.items()))


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_WIDE, highlight=False)
