"""The tables of `tailorbird simulate`: what policies earn, what was learned, how measuring went."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from tailorbird.bench.rehearsal.policies import offers
from tailorbird.bench.rehearsal.report import PolicyLine, Report, Tried, UpliftLine
from tailorbird.bench.rehearsal.seeds import OverSeeds, Spread
from tailorbird.cli.simulate_gains import against, between, sentences

_PAPER = 110


def show(found: Report) -> None:
    """Print the report of one shop."""
    console = _console()
    plan = found.plan
    console.print(
        f"{plan.shoppers:,} shoppers, {plan.days} days, seed {plan.seed}: {found.visits:,} visits, "
        f"{found.exposed:,} shoppers saw recommendations.",
        highlight=False,
    )
    console.print(f"The analyst says: {found.verdict}", highlight=False, markup=False)
    table = _table(
        "What policies earn, a shopper",
        ("policy", "shoppers", "spent", "all would", "true effect", "measured", "interval", ""),
    )
    for line in found.lines:
        table.add_row(*_cells(line))
    console.print(table)
    if found.holdout_revenue is not None:
        out = f"Holdout: {found.holdout:,} shoppers spent {found.holdout_revenue:.2f} each."
        console.print(out, highlight=False)
    if offers(plan.policies):
        console.print(_profits(found))
        for sentence in sentences(found.gains, found.possible):
            console.print(sentence, highlight=False)
    if found.uplift is not None:
        _show_uplift(console, found.uplift)
    if found.trials:
        console.print(_tried(found.trials))


def show_together(found: OverSeeds) -> None:
    """Print several shops as one."""
    console = _console()
    seeds = f"{len(found.seeds)} shops (seeds {found.seeds[0]} to {found.seeds[-1]})"
    table = _table(
        f"What policies earn over {seeds}, a shopper",
        ("policy", "revenue", "effect", "profit", "effect on profit", "held by intervals"),
    )
    for one in found.policies:
        table.add_row(
            one.policy,
            _spread(one.revenue),
            _spread(one.revenue_effect, sign="+"),
            _spread(one.profit),
            _spread(one.profit_effect, sign="+"),
            f"{one.held} of {one.told}" if one.told else "control",
        )
    console.print(table)
    if found.gains:
        console.print(_gains(found))
        for sentence in sentences(found.gains, found.possible):
            console.print(sentence, highlight=False)
    if found.averages:
        console.print(
            f"Effects of offers as learned: {found.averages_held} of {found.averages} averages and "
            f"{found.deciles_held} of {found.deciles} deciles hold the truth.",
            highlight=False,
        )
    if found.false_alarms is not None and found.removed is not None:
        console.print(
            f"A/A experiments find an effect in {found.false_alarms:.1%} of cases; CUPED removes "
            f"{found.removed:.1%} of the noise.",
            highlight=False,
        )


def _gains(found: OverSeeds) -> Table:
    table = _table(
        "The same, shopper by shopper: each has lived under both", ("policy", "revenue", "profit")
    )
    for one in found.gains:
        table.add_row(f"{one.policy} - {one.than}", between(one.revenue), between(one.profit))
    return table


def _spread(one: Spread | None, sign: str = "") -> str:
    if one is None:
        return ""
    told = f"{one.value:{sign}.2f}"
    return told if one.low is None else f"{told} ({one.low:{sign}.2f} … {one.high:{sign}.2f})"


def _profits(found: Report) -> Table:
    table = _table(
        "What is left, a shopper, had everybody seen it",
        ("policy", "revenue", "taken off", "profit", "more than control"),
    )
    for line in found.lines:
        gain = against(found.gains, line.policy, found.lines[0].policy)
        cells = (line.would_be, line.discount, line.profit)
        told = "control" if gain is None else between(gain.profit)
        table.add_row(line.policy, *(f"{value:.2f}" for value in cells), told)
    return table


def _show_uplift(console: Console, found: UpliftLine) -> None:
    if found.average is None:
        console.print(f"Uplift was not learned: {found.refused}", highlight=False, markup=False)
        return
    for sentence in found.verdict:
        console.print(sentence, highlight=False, markup=False)
    table = _table(
        f"What an offer changes, as learned from {found.people:,} people, and the truth",
        ("decile", "measured", "interval", "truth", ""),
    )
    rows = [("all", found.average), *((str(at), one) for at, one in enumerate(found.deciles, 1))]
    for name, one in rows:
        between = f"{one.low:+.4f} … {one.high:+.4f}"
        held = "holds it" if one.holds else "misses it"
        table.add_row(name, f"{one.value:+.4f}", between, f"{one.truth:+.4f}", held)
    console.print(table)
    depths = _table("Depths by margin and decile", ("margin", *map(str, range(1, 11))))
    for margin, row in found.depths:
        depths.add_row(f"{margin:.0%}", *("-" if one is None else f"{one:.0%}" for one in row))
    console.print(depths)


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_PAPER)


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in names:
        policy = name == "policy"
        table.add_column(name, justify="left" if policy else "right", no_wrap=policy)
    return table


def _cells(line: PolicyLine) -> tuple[str, ...]:
    head = (line.policy, f"{line.shoppers:,}", f"{line.revenue:.2f}", f"{line.would_be:.2f}")
    if line.truth is None:
        return (*head, "", "", "", "control")
    share = "" if line.relative is None else f" ({line.relative:+.0%})"
    truth = f"{line.truth:+.2f}{share}"
    if line.effect is None:
        return (*head, truth, "", "", "not to be told")
    low, high = (None if one is None else f"{one:+.1f}" for one in (line.low, line.high))
    between = f"{low or '-∞'} … {high or '∞'}"
    held = "holds it" if line.holds else "misses it"
    return (*head, truth, f"{line.effect:+.2f}", between, f"{held}, {line.outcome}")


def _tried(trials: tuple[Tried, ...]) -> Table:
    table = _table(
        f"{trials[0].experiments:,} experiments of {trials[0].shoppers:,} shoppers against control",
        ("policy", "true effect", "hold it", "find it", "with CUPED", "noise removed", "needed"),
    )
    for number, one in enumerate(trials):
        name = f"{one.policy} (A/A)" if number == 0 else one.policy
        table.add_row(
            name,
            f"{one.truth:+.2f} ({one.relative:+.0%})",
            f"{one.held:.1%}",
            f"{one.found:.1%}",
            f"{one.held_adjusted:.1%} · {one.found_adjusted:.1%}",
            f"{one.removed:.1%}",
            "" if one.needed is None else f"{one.needed:,}",
        )
    return table
