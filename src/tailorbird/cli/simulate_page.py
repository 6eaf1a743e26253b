"""The page of a rehearsal: what policies earn, what was measured of it, and how experiments go."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from pathlib import Path

from tailorbird.bench.rehearsal.policies import POLICIES, offers
from tailorbird.bench.rehearsal.report import Gain, PolicyLine, Report, Tried, UpliftLine
from tailorbird.bench.rehearsal.seeds import OverSeeds, Spread
from tailorbird.cli.simulate_gains import against, between, sentences
from tailorbird.cli.simulate_plots import deciles_plot, effects_plot, gains_plot, trials_plot
from tailorbird.predict.evaluation.report import plotting

TABLE = "exposures.csv"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1c2b26;background:#f6f8f6;margin:0}"
    "main{max-width:66rem;margin:0 auto;padding:2rem 1.5rem 4rem}"
    "h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:0 0 .6rem}"
    "section{background:#fff;border:1px solid #dfe6e2;border-radius:.6rem;padding:1.2rem 1.4rem;"
    "margin:1.2rem 0;overflow-x:auto}.lead{color:#4a5a53;margin:0}"
    ".short{border-left:.3rem solid #1f6f54}.short p{margin:.3rem 0;font-size:1.05rem}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "td,th{padding:.35rem .6rem;text-align:right;white-space:nowrap}"
    "th{color:#4a5a53;font-weight:600;border-bottom:2px solid #dfe6e2}"
    "td:first-child,th:first-child{text-align:left}td{border-bottom:1px solid #edf1ef}"
    "img{max-width:100%;display:block;margin:1rem auto 0}p.note{color:#4a5a53;font-size:.92rem}"
)


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
    gains = found.gains if together is None else together.gains
    parts = [_short(found, together)]
    if together is not None:
        parts.append(_section(f"Over {_shops(together)}", _together(together), _said(together)))
    image = _image(gains_plot(pyplot, gains)) if gains else ""
    parts.append(_section(f"What policies earn{_first(together)}", _profits(found), image))
    if together is not None and gains:
        parts.append(_section("Shopper by shopper: each has lived under both", _gains(gains)))
    experiment = _image(effects_plot(pyplot, found.lines))
    parts.append(_section("What one experiment said", _lines(found.lines), experiment))
    if found.uplift is not None:
        learned = found.uplift.average is not None
        deciles = _image(deciles_plot(pyplot, found.uplift)) if learned else ""
        parts.append(_section("What an offer changes", _uplift(found.uplift), deciles))
    if found.trials:
        plot = _image(trials_plot(pyplot, found.trials))
        parts.append(_section("How experiments go", _shares(found.trials), plot))
    path = folder / "index.html"
    path.write_text(_page(found, parts), encoding="utf-8")
    return path


def _page(found: Report, parts: list[str]) -> str:
    plan = found.plan
    title = f"Rehearsal: {plan.shoppers:,} shoppers, {plan.days} days, seed {plan.seed}"
    told = "; ".join(f"<b>{one}</b>: {POLICIES.get(one, '')}" for one in plan.policies)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><main><h1>{title}</h1>"
        f'<p class="lead">{found.visits:,} visits; {found.exposed:,} shoppers came to a page that '
        f"recommends. {html.escape(found.verdict)}</p>{''.join(parts)}"
        f'<p class="note">{told}.</p>'
        '<p class="note">True effects: the same visits lived through under each policy. Measured: '
        f'by the analyst, from <a href="{TABLE}">the experiment\'s table</a>. Intervals: 95 %. '
        "Needed: shoppers in both arms with whom four of five experiments find the effect.</p>"
        "</main></html>"
    )


def _short(found: Report, together: OverSeeds | None) -> str:
    shown = found if together is None else together
    said = list(sentences(shown.gains, shown.possible))
    if not said:
        return ""
    return (
        f'<section class="short">{"".join(f"<p>{html.escape(one)}</p>" for one in said)}</section>'
    )


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{html.escape(title)}</h2>{''.join(parts)}</section>"


def _image(plot: str) -> str:
    return f'<img alt="" src="data:image/png;base64,{plot}">'


def _shops(found: OverSeeds) -> str:
    return f"{len(found.seeds)} shops, seeds {found.seeds[0]} to {found.seeds[-1]}"


def _first(together: OverSeeds | None) -> str:
    return "" if together is None else ", in the first of them"


def _together(found: OverSeeds) -> str:
    rows = [["Policy", "Revenue", "Effect", "Profit", "Effect on profit"]]
    for one in found.policies:
        spreads = (one.revenue, one.revenue_effect, one.profit, one.profit_effect)
        rows.append([html.escape(one.policy), *(_spread(each) for each in spreads)])
    return _table(rows)


def _said(found: OverSeeds) -> str:
    told = ""
    if found.averages:
        told = (
            f"{found.averages_held} of {found.averages} average effects of offers, and "
            f"{found.deciles_held} of {found.deciles} by decile, hold the truth. "
        )
    if found.false_alarms is not None and found.removed is not None:
        told += (
            f"A/A experiments find an effect in {found.false_alarms:.1%} of cases; CUPED removes "
            f"{found.removed:.1%} of the noise."
        )
    return f'<p class="note">{told}</p>'


def _gains(gains: Sequence[Gain]) -> str:
    rows = [["Policy", "Revenue", "Profit"]]
    for one in gains:
        name = html.escape(f"{one.policy} - {one.than}")
        rows.append([name, between(one.revenue), between(one.profit)])
    return _table(rows)


def _lines(lines: tuple[PolicyLine, ...]) -> str:
    head = "Policy,Shoppers,Spent,All would,True effect,Measured,From,To,Holds it"
    rows = [head.split(",")]
    for one in lines:
        numbers = (one.revenue, one.would_be, one.truth, one.effect, one.low, one.high)
        told = ["" if number is None else f"{number:.2f}" for number in numbers]
        holds = {True: "yes", False: "no", None: ""}[one.holds]
        rows.append([html.escape(one.policy), f"{one.shoppers:,}", *told, holds])
    return _table(rows)


def _spread(one: Spread | None) -> str:
    if one is None:
        return "control"
    told = f"{one.value:.2f}"
    return told if one.low is None else f"{told} ({one.low:.2f} … {one.high:.2f})"


def _profits(found: Report) -> str:
    """Return revenue and what is left; the discounts only where a policy gives any."""
    given = offers(found.plan.policies)
    rows = [["Policy", "Revenue", *(["Taken off"] if given else []), "Profit", "More than control"]]
    for one in found.lines:
        gain = against(found.gains, one.policy, found.lines[0].policy)
        numbers = (one.would_be, *([one.discount] if given else []), one.profit)
        more = "control" if gain is None else between(gain.profit)
        rows.append([html.escape(one.policy), *(f"{value:.2f}" for value in numbers), more])
    return _table(rows)


def _uplift(found: UpliftLine) -> str:
    if found.average is None:
        return f"<p>Uplift was not learned: {html.escape(found.refused or '')}</p>"
    rows = [["Decile", "Measured", "From", "To", "Truth", "Holds it"]]
    named = [("all", found.average), *((str(at), one) for at, one in enumerate(found.deciles, 1))]
    for name, one in named:
        told = [f"{value:+.4f}" for value in (one.value, one.low, one.high, one.truth)]
        rows.append([name, *told, "yes" if one.holds else "no"])
    said = " ".join(html.escape(sentence) for sentence in found.verdict)
    return f"<p>{said}</p>{_table(rows)}"


def _shares(trials: tuple[Tried, ...]) -> str:
    head = "Policy,Tried,Hold it,Find it,Hold (CUPED),Find (CUPED),Noise removed,Needed"
    rows = [head.split(",")]
    for at, one in enumerate(trials):
        shares = (one.held, one.found, one.held_adjusted, one.found_adjusted, one.removed)
        told = [f"{share:.1%}" for share in shares]
        needed = "" if one.needed is None else f"{one.needed:,}"
        name = one.policy if at else f"{one.policy} (A/A)"
        rows.append([html.escape(name), f"{one.experiments:,}", *told, needed])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    kinds = ["th", *["td"] * (len(rows) - 1)]
    made = (
        "".join(f"<{kind}>{cell}</{kind}>" for cell in row)
        for kind, row in zip(kinds, rows, strict=True)
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in made) + "</table>"
