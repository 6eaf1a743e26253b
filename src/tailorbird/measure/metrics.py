"""What an experiment is judged by: means, proportions, ratios and quantiles, declared as data."""

import re
from collections.abc import Collection
from typing import Literal, assert_never

import msgspec

from tailorbird.spine.errors import BadRequest

Better = Literal["up", "down"]
"""Which direction is good for the shop."""


class BadMetric(BadRequest):
    """The metric is not understood."""

    remedy = (
        "Write `revenue:mean`, `converted:proportion`, `aov=revenue/orders:ratio`, "
        "`basket:p90`, with `:down` at the end where less is better, or a known name."
    )


class Mean(msgspec.Struct, frozen=True, tag="mean", forbid_unknown_fields=True):
    """The mean of a column over units, such as revenue per user."""

    name: str
    column: str
    better: Better = "up"


class Proportion(msgspec.Struct, frozen=True, tag="proportion", forbid_unknown_fields=True):
    """The share of units for which a column is above 0, such as conversion."""

    name: str
    column: str
    better: Better = "up"

    @property
    def happened(self) -> str:
        """The column of sums that is 1 where the column is above 0, else 0."""
        return f"{self.column} > 0"


class Ratio(msgspec.Struct, frozen=True, tag="ratio", forbid_unknown_fields=True):
    """The sum of one column over the sum of another, such as average order value.

    Its variance is the delta method's, since units are assigned and not orders (Deng, Knoblich
    and Lu, "Applying the delta method in metric analytics", KDD 2018).
    """

    name: str
    numerator: str
    denominator: str
    better: Better = "up"


class Quantile(msgspec.Struct, frozen=True, tag="quantile", forbid_unknown_fields=True):
    """A quantile of a column over units, such as the 90 % largest basket; `q` between 0 and 1."""

    name: str
    column: str
    q: float
    better: Better = "up"


Metric = Mean | Proportion | Ratio | Quantile

MONEY = ("revenue", "margin")
"""The columns of money that every shop has."""

_COUNTED = " with money"

SHOP: dict[str, Metric] = {
    one.name: one
    for one in (
        Mean("revenue_per_user", "revenue"),
        Proportion("conversion", "converted"),
        Ratio("aov", "revenue", "orders"),
        Mean("margin_per_user", "margin"),
        Ratio("items_per_order", "items", "orders"),
        Proportion("retention", "retained"),
        Proportion("unsubscribe_rate", "unsubscribed", "down"),
        Proportion("complaint_rate", "complained", "down"),
    )
}
"""The metrics of every shop, by name, over the columns that they are usually called by."""

_SPELLED = re.compile(
    r"(?:(?P<name>[^=:/]+)=)?(?P<column>[^=:/]+)(?:/(?P<below>[^=:/]+))?"
    r"(?::(?P<kind>mean|proportion|ratio|p\d{1,2}(?:\.\d+)?))?(?::(?P<better>up|down))?"
)


def parse_metric(text: str) -> Metric:
    """Return the metric that a text such as `aov=revenue/orders:ratio` declares.

    Raises:
        BadMetric: it declares none.
    """
    if text in SHOP:
        return SHOP[text]
    spelled = _SPELLED.fullmatch(text)
    if spelled is None:
        raise BadMetric(f"The metric {text!r} is not understood.")
    column, below, kind = spelled["column"], spelled["below"], spelled["kind"]
    better: Better = "down" if spelled["better"] == "down" else "up"
    if (below is not None) != (kind == "ratio") and not (below and kind is None):
        raise BadMetric(f"The metric {text!r} needs `ratio` where there are two columns, only.")
    if below is not None:
        return Ratio(spelled["name"] or f"{column}_per_{below}", column, below, better)
    return _of_one_column(spelled["name"], column, kind or "mean", better)


def _of_one_column(name: str | None, column: str, kind: str, better: Better) -> Metric:
    match kind:
        case "mean":
            return Mean(name or column, column, better)
        case "proportion":
            return Proportion(name or column, column, better)
        case _:
            q = float(kind[1:]) / 100.0
            if not 0.0 < q < 1.0:
                raise BadMetric(f"{kind} is not a quantile between p1 and p99.")
            return Quantile(name or f"{column}_{kind}", column, q, better)


def by_order(metric: Metric, money: Collection[str] = MONEY) -> Metric:
    """Return the metric; money per order is per order of which the money counts.

    Where several currencies meet, not all of it does: see `measure/money.py`.
    """
    if not isinstance(metric, Ratio) or metric.numerator not in money:
        return metric
    if metric.denominator in money or plain(metric.denominator) != metric.denominator:
        return metric
    return msgspec.structs.replace(metric, denominator=metric.denominator + _COUNTED)


def plain(name: str) -> str:
    """Return the column that a column of a metric is drawn from."""
    return name.removesuffix(_COUNTED)


def columns_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns of a unit's row that a metric reads."""
    match metric:
        case Mean(column=column) | Proportion(column=column) | Quantile(column=column):
            return (column,)
        case Ratio(numerator=numerator, denominator=denominator):
            return (numerator, denominator)
        case _:
            assert_never(metric)


def summed_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns of sums that a metric needs; a quantile needs none."""
    match metric:
        case Proportion():
            return (metric.happened,)
        case Quantile():
            return ()
        case Mean() | Ratio():
            return columns_of(metric)
        case _:
            assert_never(metric)


def kind_of(metric: Metric) -> str:
    """Return the kind's name: `mean`, `proportion`, `ratio` or `quantile`."""
    return str(metric.__struct_config__.tag)
