"""The plots of a rehearsal: what policies earn, what was measured, and how experiments go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailorbird.bench.rehearsal.report import Gain, PolicyLine, Tried, UpliftLine
from tailorbird.predict.evaluation.report import drawn

_DARK, _PALE, _INK, _LINE = "#1f6f54", "#b9c7c0", "#33403b", "#9aa8a1"


def gains_plot(pyplot: Any, gains: Sequence[Gain]) -> str:  # noqa: ANN401 - matplotlib's
    """Return what policies leave more than others, shopper by shopper."""
    figure, axes = _axes(pyplot, len(gains))
    for place, one in enumerate(gains):
        within = [one.profit.low, one.profit.high]
        axes.plot(within, [place, place], color=_PALE, linewidth=8, solid_capstyle="round")
        axes.plot(one.profit.value, place, "o", color=_DARK, markersize=8)
    _named(axes, [f"{one.policy} - {one.than}" for one in gains])
    axes.set_xlabel("profit a shopper, after the goods' cost and discounts; 95 % interval")
    return drawn(pyplot, figure)


def effects_plot(pyplot: Any, lines: Sequence[PolicyLine]) -> str:  # noqa: ANN401
    """Return true effects beside measured ones."""
    figure, axes = _axes(pyplot, len(lines) - 1)
    for place, one in enumerate(lines[1:]):
        if one.low is not None and one.high is not None:
            within = [one.low, one.high]
            axes.plot(within, [place, place], color=_PALE, linewidth=8, solid_capstyle="round")
        if one.effect is not None:
            axes.plot(one.effect, place, "|", color=_INK, markersize=16, markeredgewidth=2)
        if one.truth is not None:
            axes.plot(one.truth, place, "o", color=_DARK, markersize=8)
    _named(axes, [one.policy for one in lines[1:]])
    axes.set_xlabel("effect on revenue a shopper: true (dot), measured (line, with its interval)")
    return drawn(pyplot, figure)


def trials_plot(pyplot: Any, trials: Sequence[Tried]) -> str:  # noqa: ANN401
    """Return how often experiments find an effect, plain and with CUPED."""
    figure, axes = _axes(pyplot, len(trials))
    places = range(len(trials))
    axes.barh([at - 0.18 for at in places], [100 * one.found for one in trials], 0.32, color=_PALE)
    adjusted = [100 * one.found_adjusted for one in trials]
    axes.barh([at + 0.18 for at in places], adjusted, 0.32, color=_DARK)
    axes.axvline(5.0, color=_LINE, linewidth=0.8, linestyle="--")
    axes.set_xlim(0.0, max(10.0, *adjusted, *(100 * one.found for one in trials)) * 1.05)
    _named(axes, [_aa(at, one.policy) for at, one in enumerate(trials)], zero=False)
    axes.set_xlabel("% of experiments that find an effect: plain (light), with CUPED (dark)")
    return drawn(pyplot, figure)


def deciles_plot(pyplot: Any, found: UpliftLine) -> str:  # noqa: ANN401
    """Return what an offer changes by decile: the truth beside what was measured."""
    figure, axes = pyplot.subplots(figsize=(9, 3.6))
    for at, one in enumerate(found.deciles, start=1):
        axes.plot([at, at], [one.low, one.high], color=_PALE, linewidth=8, solid_capstyle="round")
        axes.plot(at, one.value, "_", color=_INK, markersize=14, markeredgewidth=2)
        axes.plot(at, one.truth, "o", color=_DARK, markersize=7)
    axes.axhline(0.0, color=_LINE, linewidth=0.8)
    axes.set_xticks(range(1, len(found.deciles) + 1))
    axes.set_xlabel("decile by predicted effect, the highest first")
    axes.set_ylabel("effect on having ordered")
    _plain(axes)
    return drawn(pyplot, figure)


def _axes(pyplot: Any, rows: int) -> tuple[Any, Any]:  # noqa: ANN401
    figure, axes = pyplot.subplots(figsize=(9, 0.5 * max(rows, 1) + 1.1))
    axes.set_ylim(-0.6, max(rows, 1) - 0.4)
    return figure, axes


def _named(axes: Any, names: list[str], *, zero: bool = True) -> None:  # noqa: ANN401
    if zero:
        axes.axvline(0.0, color=_LINE, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    _plain(axes)


def _plain(axes: Any) -> None:  # noqa: ANN401
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e6ebe8", linewidth=0.8)
    axes.set_axisbelow(True)


def _aa(place: int, policy: str) -> str:
    return policy if place else f"{policy} (A/A)"
