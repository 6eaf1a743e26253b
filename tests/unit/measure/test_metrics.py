"""Metrics are declared in a few letters."""

import pytest

from tailorbird.measure.metrics import (
    SHOP,
    BadMetric,
    Mean,
    Metric,
    Proportion,
    Quantile,
    Ratio,
    parse_metric,
)


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("revenue", Mean("revenue", "revenue")),
        ("revenue:mean", Mean("revenue", "revenue")),
        ("paid=revenue:mean", Mean("paid", "revenue")),
        ("converted:proportion", Proportion("converted", "converted")),
        ("complained:proportion:down", Proportion("complained", "complained", "down")),
        ("aov=revenue/orders:ratio", Ratio("aov", "revenue", "orders")),
        ("revenue/orders", Ratio("revenue_per_orders", "revenue", "orders")),
        ("basket:p90", Quantile("basket_p90", "basket", 0.9)),
        ("wait:p99.5:down", Quantile("wait_p99.5", "wait", 0.995, "down")),
        ("aov", SHOP["aov"]),
    ],
)
def test_a_metric_is_what_is_written(text: str, metric: Metric) -> None:
    assert parse_metric(text) == metric


@pytest.mark.parametrize("text", ["", "a:median", "a/b:mean", "a:ratio", "a:p0", "a:mean:sideways"])
def test_what_is_no_metric_is_refused(text: str) -> None:
    with pytest.raises(BadMetric):
        parse_metric(text)


def test_unsubscribing_less_is_better() -> None:
    assert SHOP["unsubscribe_rate"].better == "down"
