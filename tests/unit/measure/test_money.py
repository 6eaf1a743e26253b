"""Money of several currencies is never added: it is told in one, and the rest is counted."""

from pathlib import Path
from typing import Any

import pytest

from tailorbird.measure.metrics import by_order, parse_metric
from tailorbird.measure.question import Question
from tailorbird.measure.reading import Reading
from tailorbird.measure.tables import Table, UnknownColumn, UnreadableTable
from tests.commands import command
from tests.unit.measure.experiments import read_table, table_of

ARMS = ("control", "new")


def orders(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one order a person: most in euros, some in dollars, each of a hundred."""
    rows = [
        {"user_id": at, "variant": ARMS[at % 2], "revenue": 100 + at % 3, "orders": 1}
        for at in range(40)
    ]
    coins = [{"currency": "USD" if at in {0, 1, 2} else "EUR"} for at in range(40)]
    return [*(row | coin for row, coin in zip(rows, coins, strict=True)), *more]


def asked(*metrics: str, **more: Any) -> Question:
    metrics = metrics or ("revenue:mean",)
    return Question(metrics=tuple(by_order(parse_metric(one)) for one in metrics), **more)


def table(folder: Path, *more: dict[str, Any], **how: Any) -> Table:
    return table_of(folder, orders(*more), **{"currency": "currency", **how})


def total(reading: Reading, metric: str = "revenue") -> float:
    found = next(one for one in reading.metrics if one.metric == metric)
    return sum(arm.n * (arm.mean or 0.0) for arm in found.arms)


def euros(*codes: str) -> float:
    return float(sum(row["revenue"] for row in orders() if row["currency"] in codes))


def test_money_is_told_in_the_currency_that_most_of_it_is_in(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path), asked())
    assert reading.coins is not None
    assert (reading.coins.currency, reading.coins.left_out) == ("EUR", {"USD": 3})
    assert total(reading) == pytest.approx(euros("EUR"))


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path), asked())
    assert "Money is in EUR." in reading.method
    said = "Outcomes in other currencies do not count as money: USD 3. Rates would count them."
    assert said in reading.warnings


def test_the_currency_that_is_asked_for_wins(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path), asked(currency="USD"))
    assert total(reading) == pytest.approx(euros("USD"))
    assert reading.coins is not None
    assert reading.coins.left_out == {"EUR": 37}


def test_rates_convert_what_they_are_given_for(tmp_path: Path) -> None:
    question = asked(currency="EUR", rates={"USD": 0.5})
    reading = read_table(table(tmp_path), question)
    assert total(reading) == pytest.approx(euros("EUR") + 0.5 * euros("USD"))
    assert reading.coins is not None
    assert (reading.coins.converted, reading.coins.left_out) == ({"USD": 3}, {})


def test_money_per_order_is_per_order_in_that_currency(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path), asked("revenue/orders:ratio"))
    control = reading.metrics[0].arms[0]
    held = [row for row in orders() if (row["variant"], row["currency"]) == ("control", "EUR")]
    assert control.mean == pytest.approx(sum(row["revenue"] for row in held) / len(held))


def test_an_order_is_an_order_in_any_currency(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path), asked("revenue:mean", "orders:mean"))
    assert total(reading, "orders") == 40


def test_what_names_no_currency_is_taken_to_be_in_the_reading_s(tmp_path: Path) -> None:
    row = {"user_id": 99, "variant": "new", "revenue": 10, "orders": 1, "currency": ""}
    reading = read_table(table(tmp_path, row), asked())
    assert total(reading) == pytest.approx(euros("EUR") + 10)
    assert any("name no currency" in one for one in reading.warnings)


def test_small_letters_are_the_same_currency(tmp_path: Path) -> None:
    row = {"user_id": 99, "variant": "new", "revenue": 10, "orders": 1, "currency": "eur"}
    reading = read_table(table(tmp_path, row), asked())
    assert total(reading) == pytest.approx(euros("EUR") + 10)


def test_a_currency_without_a_column_that_says_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="in which currency"):
        read_table(table(tmp_path, currency=None), asked(currency="EUR"))


def test_a_missing_column_of_currencies_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="'currency'"):
        read_table(table(tmp_path, currency="curency"), asked())


def test_without_such_a_column_nothing_is_said_of_currencies(tmp_path: Path) -> None:
    reading = read_table(table(tmp_path, currency=None), asked())
    assert reading.coins is None
    assert total(reading) == pytest.approx(euros("EUR", "USD"))


def test_outcomes_and_what_came_before_are_in_one_currency(tmp_path: Path) -> None:
    seen = [
        {"user_id": at, "variant": ARMS[at % 2], "at": f"2026-01-02T0{at % 9}:00:00Z"}
        for at in range(40)
    ]
    paid = [
        {"user_id": at, "revenue": 10, "currency": code, "at": when}
        for at in range(40)
        for code in ("EUR", "USD")[: 1 + at % 2]
        for when in ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")
    ]
    outcomes = table_of(tmp_path, paid, "outcomes.csv").path
    whole = table_of(
        tmp_path, seen, exposed_at="at", outcomes=outcomes, at="at", currency="currency"
    )
    reading = read_table(whole, asked(covariates=("before:revenue",)))
    assert total(reading) == pytest.approx(400)
    assert reading.coins is not None
    assert reading.coins.left_out == {"USD": 40}
    assert reading.oddities.imputed == {}


def test_the_command_tells_money_in_the_currency_asked_for(tmp_path: Path) -> None:
    path = table_of(tmp_path, orders()).path
    told = ("--table", path, "--metric", "revenue:mean", "--currency-column", "currency")
    done = command(
        "experiment", "read", *told, "--currency", "EUR", "--rate", "USD=0.5", "--json"
    ).json()
    assert done["coins"]["converted"] == {"USD": 3}


@pytest.mark.parametrize(
    "said", [("--rate", "USD=0.9"), ("--currency", "Euro"), ("--currency", "EUR", "--rate", "x=1")]
)
def test_an_odd_currency_or_rate_is_refused(tmp_path: Path, said: tuple[str, ...]) -> None:
    path = table_of(tmp_path, orders()).path
    done = command("experiment", "read", "--table", path, "--metric", "revenue:mean", *said)
    assert done.code == 1
    assert "--currency EUR --rate USD=0.92" in done.err
