"""The page of a rehearsal: true and measured effects, and how experiments go, as plots."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

from tailorbird.bench.rehearsal.policies import offers
from tailorbird.bench.rehearsal.report import PolicyLine, Report, Tried, UpliftLine
from tailorbird.bench.rehearsal.seeds import OverSeeds, Spread
from tailorbird.cli.simulate_gains import against, between, sentences
from tailorbird.predict.evaluation.report import STYLE, drawn, plotting

TABLE = "exposures.csv"


def write_page(
    folder: Path, found: Report, worked_in: Path, together: OverSeeds | None = None
) -> Path:
    """Write `index.html`, and the experiment's table beside it; return the page's path.

    Args:
        folder: made when missing.
        found: what to show.
        worked_in: where the rehearsal left its table.
        together: several shops as one, the first of which is `found`.

    Raises:
        PlotsMissing: the extra `plots` is not installed.
    """
    pyplot = plotting()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(worked_in / TABLE, folder / TABLE)
    plots = [_effects(pyplot, found.lines)]
    if found.trials:
        plots.append(_trials(pyplot, found.trials))
    if found.uplift is not None and found.uplift.average is not None:
        plots.append(_deciles(pyplot, found.uplift))
    images = "".join(f'<img alt="" src="data:image/png;base64,{plot}">' for plot in plots)
    plan = found.plan
    title = f"Rehearsal: {plan.shoppers:,} shoppers, {plan.days} days, seed {plan.seed}"
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1><p>{html.escape(found.verdict)}</p>"
        f"{_together(together)}{_lines(found.lines)}{_profits(found)}{_uplift(found.uplift)}"
        f"{_shares(found.trials)}{images}"
        "<p>True effects: the same visits lived through under each policy. Measured: by the "
        f"analyst, from <a href='{TABLE}'>the experiment's table</a>. Intervals: 95 %. Needed: "
        "shoppers in both arms with whom four of five experiments find the effect.</p>"
    )
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _lines(lines: tuple[PolicyLine, ...]) -> str:
    head = "Policy,Shoppers,Spent,All would,True effect,Measured,From,To,Interval holds it"
    rows = [head.split(",")]
    for one in lines:
        numbers = (one.revenue, one.would_be, one.truth, one.effect, one.low, one.high)
        told = ["" if number is None else f"{number:.2f}" for number in numbers]
        holds = {True: "yes", False: "no", None: ""}[one.holds]
        rows.append([html.escape(one.policy), f"{one.shoppers:,}", *told, holds])
    return _table(rows)


def _together(found: OverSeeds | None) -> str:
    if found is None:
        return ""
    head = "Policy,Revenue,Effect,Profit,Effect on profit"
    rows = [head.split(",")]
    for one in found.policies:
        spreads = (one.revenue, one.revenue_effect, one.profit, one.profit_effect)
        rows.append([html.escape(one.policy), *(_spread(each) for each in spreads)])
    policies = _table(rows)
    told = (
        f"{found.averages_held} of {found.averages} average effects of offers, and "
        f"{found.deciles_held} of {found.deciles} by decile, hold the truth. "
        if found.averages
        else ""
    )
    if found.false_alarms is not None and found.removed is not None:
        told += (
            f"A/A experiments find an effect in {found.false_alarms:.1%} of cases; CUPED removes "
            f"{found.removed:.1%} of the noise."
        )
    rows = [["Policy", "Revenue", "Profit"]]
    for gain in found.gains:
        name = html.escape(f"{gain.policy} - {gain.than}")
        rows.append([name, between(gain.revenue), between(gain.profit)])
    both = f"<h3>Shopper by shopper: each has lived under both</h3>{_table(rows)}"
    told = " ".join((*map(html.escape, sentences(found.gains, found.possible)), told))
    shops = f"{len(found.seeds)} shops, seeds {found.seeds[0]} to {found.seeds[-1]}"
    return f"<h2>Over {shops}</h2>{policies}{both}<p>{told}</p><h2>The first of them</h2>"


def _spread(one: Spread | None) -> str:
    if one is None:
        return "control"
    told = f"{one.value:.2f}"
    return told if one.low is None else f"{told} ({one.low:.2f} … {one.high:.2f})"


def _profits(found: Report) -> str:
    if not offers(found.plan.policies):
        return ""
    rows = [["Policy", "Revenue", "Taken off", "Profit", "More than control"]]
    for one in found.lines:
        gain = against(found.gains, one.policy, found.lines[0].policy)
        told = [f"{value:.2f}" for value in (one.would_be, one.discount, one.profit)]
        more = "control" if gain is None else between(gain.profit)
        rows.append([html.escape(one.policy), *told, more])
    said = " ".join(map(html.escape, sentences(found.gains, found.possible)))
    return f"<h2>What is left</h2>{_table(rows)}<p>{said}</p>"


def _uplift(found: UpliftLine | None) -> str:
    if found is None:
        return ""
    if found.average is None:
        return f"<p>Uplift was not learned: {html.escape(found.refused or '')}</p>"
    rows = [["Decile", "Measured", "From", "To", "Truth", "Interval holds it"]]
    named = [("all", found.average), *((str(at), one) for at, one in enumerate(found.deciles, 1))]
    for name, one in named:
        told = [f"{value:+.4f}" for value in (one.value, one.low, one.high, one.truth)]
        rows.append([name, *told, "yes" if one.holds else "no"])
    said = " ".join(html.escape(sentence) for sentence in found.verdict)
    return f"<h2>What an offer changes</h2><p>{said}</p>{_table(rows)}"


def _deciles(pyplot: Any, found: UpliftLine) -> str:  # noqa: ANN401 - matplotlib's
    figure, axes = pyplot.subplots(figsize=(8, 3.5))
    for at, one in enumerate(found.deciles, start=1):
        axes.plot([at, at], [one.low, one.high], color="#b9c7c0", linewidth=6)
        axes.plot(at, one.value, "_", color="#444444", markersize=14)
        axes.plot(at, one.truth, "o", color="#1f6f54")
    axes.axhline(0.0, color="#999999", linewidth=0.8)
    axes.set_xticks(range(1, len(found.deciles) + 1))
    axes.set_title("effect on having ordered, by decile: true (dot), measured (with interval)")
    return drawn(pyplot, figure)


def _shares(trials: tuple[Tried, ...]) -> str:
    if not trials:
        return ""
    head = "Policy,Experiments,Hold the truth,Find it,The same with CUPED,,Noise removed,Needed"
    rows = [head.split(",")]
    for one in trials:
        shares = (one.held, one.found, one.held_adjusted, one.found_adjusted, one.removed)
        told = [f"{share:.1%}" for share in shares]
        needed = "" if one.needed is None else f"{one.needed:,}"
        rows.append([html.escape(one.policy), f"{one.experiments:,}", *told, needed])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    kinds = ["th", *["td"] * (len(rows) - 1)]
    made = (
        "".join(f"<{kind}>{cell}</{kind}>" for cell in row)
        for kind, row in zip(kinds, rows, strict=True)
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in made) + "</table>"


def _effects(pyplot: Any, lines: tuple[PolicyLine, ...]) -> str:  # noqa: ANN401 - matplotlib's
    figure, axes = pyplot.subplots(figsize=(8, 0.6 * len(lines) + 1.5))
    for place, one in enumerate(lines):
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [place, place], color="#b9c7c0", linewidth=6)
        if one.effect is not None:
            axes.plot(one.effect, place, "|", color="#444444", markersize=16)
        if one.truth is not None:
            axes.plot(one.truth, place, "o", color="#1f6f54")
    axes.axvline(0.0, color="#999999", linewidth=0.8)
    axes.set_yticks(range(len(lines)), [one.policy for one in lines])
    axes.invert_yaxis()
    axes.set_title("effect on revenue a shopper: true (dot), measured (line with its interval)")
    return drawn(pyplot, figure)


def _trials(pyplot: Any, trials: tuple[Tried, ...]) -> str:  # noqa: ANN401 - matplotlib's
    figure, axes = pyplot.subplots(figsize=(8, 0.6 * len(trials) + 1.5))
    places = range(len(trials))
    axes.barh([at - 0.2 for at in places], [one.found for one in trials], 0.35, color="#b9c7c0")
    axes.barh(
        [at + 0.2 for at in places], [one.found_adjusted for one in trials], 0.35, color="#1f6f54"
    )
    axes.axvline(0.05, color="#999999", linewidth=0.8)
    axes.set_yticks(places, [one.policy for one in trials])
    axes.invert_yaxis()
    axes.set_title("share of experiments that find an effect: plain (light), with CUPED (dark)")
    return drawn(pyplot, figure)
