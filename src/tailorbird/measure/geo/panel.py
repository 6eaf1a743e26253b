"""A panel: one series of numbers a region, on the same days."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.spine.errors import BadRequest


class BadPanel(BadRequest):
    """The regions' series cannot be compared."""

    remedy = "Give each region one number a day, two controls at least, and days before the start."


class Panel(msgspec.Struct, frozen=True):
    """Regions by days.

    Attributes:
        regions: Names.
        days: One name a column, in order.
        values: float64[regions, days].
    """

    regions: tuple[str, ...]
    days: tuple[str, ...]
    values: NDArray[np.float64]


class Trial(msgspec.Struct, frozen=True):
    """A treated series beside its possible controls.

    Attributes:
        treated: float64[days], mean over the treated regions.
        donors: float64[controls, days].
        names: Of the controls.
        start: The first treated day, as a column.
        regions: How many regions are treated.
    """

    treated: NDArray[np.float64]
    donors: NDArray[np.float64]
    names: tuple[str, ...]
    start: int
    regions: int


def panel_of(rows: Mapping[tuple[str, date], float]) -> Panel:
    """Return the panel of numbers by region and day; days without a number are 0.

    Raises:
        BadPanel: there are no rows, or a region lacks more than a tenth of the days.
    """
    regions = sorted({region for region, _ in rows})
    days = sorted({day for _, day in rows})
    if not regions:
        raise BadPanel("There are no rows.")
    for region in regions:
        lacking = sum((region, day) not in rows for day in days)
        if lacking > len(days) / 10:
            raise BadPanel(f"{region} has no number on {lacking} of {len(days)} days.")
    values = [[rows.get((region, day), 0.0) for day in days] for region in regions]
    return Panel(tuple(regions), tuple(day.isoformat() for day in days), np.array(values))


def trial_of(panel: Panel, treated: Sequence[str], start: str) -> Trial:
    """Return the trial in which some regions were treated from a day to the end of the panel.

    Raises:
        BadPanel: a region or the day is unknown, or there is too little to compare with.
    """
    unknown = sorted(set(treated) - set(panel.regions))
    if unknown or not treated:
        raise BadPanel(f"Unknown regions: {', '.join(unknown) or 'none are named'}.")
    if start not in panel.days:
        raise BadPanel(f"{start} is no day of the panel, {panel.days[0]} to {panel.days[-1]}.")
    ours = np.isin(panel.regions, list(treated))
    column = panel.days.index(start)
    if column < 2 or (~ours).sum() < 2:
        raise BadPanel(
            "Two days before the start, and two regions without treatment, are the least."
        )
    names = tuple(name for name, is_ours in zip(panel.regions, ours, strict=True) if not is_ours)
    means = panel.values[ours].mean(axis=0)
    return Trial(means, panel.values[~ours], names, column, int(ours.sum()))
