"""Options about money: in which currency a reading is, and what others are worth in it."""

from typing import Annotated, NamedTuple

import msgspec
import typer

from tailorbird.measure.metrics import MONEY, by_order
from tailorbird.measure.question import Question
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.money import is_code

InCurrency = Annotated[
    str | None,
    typer.Option("--currency", help="In which money is told; left out: what most of it is in."),
]
Rates = Annotated[
    list[str] | None,
    typer.Option("--rate", help="What one of another currency is worth in it: USD=0.92."),
]
CurrencyColumn = Annotated[
    str | None, typer.Option(help="The column that says in which currency a row's money is.")
]
MoneyColumns = Annotated[
    list[str] | None,
    typer.Option("--money", help="A column of money; revenue and margin are known to be."),
]


class BadMoneyOption(BadRequest):
    """The currency or its rates are not understood."""

    remedy = "Write --currency EUR --rate USD=0.92."


class Wallet(NamedTuple):
    """Currency, rates and columns of money, as they were asked for."""

    currency: str | None = None
    rates: dict[str, float] = {}  # noqa: RUF012 - never changed
    money: tuple[str, ...] = MONEY

    def of(self, question: Question) -> Question:
        """Return a question about money in that currency; as it is where none is asked for."""
        metrics = tuple(by_order(one, self.money) for one in question.metrics)
        if self.currency is None and not self.rates:
            return msgspec.structs.replace(question, metrics=metrics)
        currency, rates = self.currency or question.currency, self.rates or question.rates
        return msgspec.structs.replace(question, metrics=metrics, currency=currency, rates=rates)


def wallet(currency: str | None, rates: list[str] | None, money: list[str] | None = None) -> Wallet:
    """Return what was asked for of money.

    Raises:
        BadMoneyOption: a currency is no code such as EUR, a rate no number above 0, or there are
            rates into nothing.
    """
    told = dict(_rate(text) for text in rates or ())
    if currency is not None and not is_code(currency):
        raise BadMoneyOption(f"{currency!r} is no ISO 4217 code such as EUR.")
    if told and currency is None:
        raise BadMoneyOption("Rates need the currency that they convert into.")
    return Wallet(currency, told, (*MONEY, *(money or ())))


def _rate(text: str) -> tuple[str, float]:
    code, _, rate = text.partition("=")
    try:
        worth = float(rate)
    except ValueError:
        worth = 0.0
    if not is_code(code) or not 0.0 < worth < float("inf"):
        raise BadMoneyOption(f"{text!r} is no rate.")
    return code, worth
