"""Money in one currency: which it is, what is converted into it, and what does not count.

Amounts in different currencies cannot be added. A reading of money is in one of them: the one that
is asked for, or the most frequent. Others are converted where rates are given; else they do not
count as money, and the reading says how many they are. Orders are orders in any currency; only
where money is told per order do those count alone whose money does.
"""

from typing import Any, NamedTuple

import ibis

from tailorbird.measure.gathered import Coins
from tailorbird.measure.metrics import columns_of, plain
from tailorbird.measure.question import Question
from tailorbird.measure.rows import number
from tailorbird.measure.tables import Table, UnreadableTable, listed, need


class Purse(NamedTuple):
    """How the money of a table is counted: by currency, what one of it is worth in the reading's.

    `factor` is an expression of the table, None where all money is in one currency.
    """

    money: tuple[str, ...]
    factor: Any = None
    coins: Coins | None = None


def purse_of(source: Any, table: Table, question: Question) -> Purse:  # noqa: ANN401
    """Return how the money of a table is counted.

    Args:
        source: The Ibis table that has the metrics' columns.
        table: How to understand it.
        question: Which currency, and which rates.

    Raises:
        UnknownColumn: the column of currencies is missing.
        UnreadableTable: a currency is asked for, and no column says which money is in it.
    """
    if table.currency is None:
        if question.currency or question.rates:
            raise UnreadableTable(
                "Nothing says in which currency money is.",
                remedy="Name the column: --currency-column currency.",
            )
        return Purse(table.money)
    need(source, [table.currency], table.outcomes or table.path)
    asked = {plain(name) for metric in question.metrics for name in columns_of(metric)}
    columns = [name for name in table.money if name in asked and name in source.columns]
    if not columns:
        return Purse(table.money)
    code = ibis.coalesce(source[table.currency].cast("string").strip().upper(), "")
    counts = _counts(source, code, columns)
    base = question.currency or max(
        (name for name in sorted(counts) if name), key=lambda name: counts[name], default=None
    )
    rates = {**question.rates, "": 1.0} | ({base: 1.0} if base else {})
    others = {name: n for name, n in counts.items() if name not in {"", base}}
    coins = Coins(
        currency=base,
        converted={name: n for name, n in others.items() if name in rates},
        left_out={name: n for name, n in others.items() if name not in rates},
        unnamed=counts.get("", 0) if base else 0,
    )
    if not others:
        return Purse(table.money, None, coins)
    worth = [(code == name, float(rate)) for name, rate in rates.items()]
    return Purse(table.money, ibis.cases(*worth, else_=0.0), coins)


def valued(source: Any, name: str, purse: Purse) -> Any:  # noqa: ANN401
    """Return a metric's column as a number, money in the reading's currency."""
    column = number(source[plain(name)])
    if purse.factor is None:
        return column
    if name != plain(name):
        return ibis.ifelse(purse.factor > 0.0, column, 0.0)
    return column * purse.factor if name in purse.money else column


def _counts(source: Any, code: Any, columns: list[str]) -> dict[str, int]:  # noqa: ANN401
    """Return how many rows have money, by currency; in none that is named: ''."""
    some = ibis.or_(*(ibis.coalesce(number(source[name]), 0.0) != 0.0 for name in columns))
    rows = source.filter(some).select(code=code)
    counted = rows.group_by("code").aggregate(n=rows.count())
    return {str(one["code"]): int(one["n"]) for one in listed(counted)}
