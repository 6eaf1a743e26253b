"""Payment methods, as a file says them: where and for what they are apt."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from tailorbird.configure.kinds import Fault, Kind, Known


class Family(StrEnum):
    """How a method pays."""

    CARD = "card"
    WALLET = "wallet"
    TRANSFER = "transfer"
    INSTALMENTS = "instalments"


class PaymentMethod(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One method.

    Attributes:
        name: as the shop sends it in `payment_method`.
        family: how it pays.
        countries: where it is at home; empty for everywhere.
        currencies: what it can be paid in; empty for all.
        least, most: which carts it takes, in major units.
        apt_from: from which cart on paying in parts is worth a thought, in major units.
    """

    name: str
    family: Family = Family.WALLET
    countries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    least: float = 0.0
    most: float | None = None
    apt_from: float = 100.0


def _known(
    name: str, family: Family, countries: str = "", currencies: str = "", least: float = 0.0
) -> PaymentMethod:
    return PaymentMethod(name, family, tuple(countries.split()), tuple(currencies.split()), least)


KNOWN_METHODS = (
    _known("card", Family.CARD),
    _known("paypal", Family.WALLET),
    _known("apple_pay", Family.WALLET),
    _known("google_pay", Family.WALLET),
    _known("klarna", Family.INSTALMENTS),
    _known("afterpay", Family.INSTALMENTS, least=35),
    _known("affirm", Family.INSTALMENTS, "US CA", "USD CAD", least=35),
    _known("clearpay", Family.INSTALMENTS, "GB", "GBP"),
    _known("sepa", Family.TRANSFER, currencies="EUR"),
    _known("ideal", Family.TRANSFER, "NL", "EUR"),
    _known("bancontact", Family.CARD, "BE", "EUR"),
    _known("eps", Family.TRANSFER, "AT", "EUR"),
    _known("blik", Family.WALLET, "PL", "PLN"),
    _known("przelewy24", Family.TRANSFER, "PL", "PLN EUR"),
    _known("twint", Family.WALLET, "CH", "CHF"),
    _known("swish", Family.WALLET, "SE", "SEK"),
    _known("vipps", Family.WALLET, "NO", "NOK"),
    _known("mobilepay", Family.WALLET, "DK FI", "DKK EUR"),
    _known("bizum", Family.WALLET, "ES", "EUR"),
    _known("satispay", Family.WALLET, "IT", "EUR"),
    _known("pix", Family.TRANSFER, "BR", "BRL"),
    _known("upi", Family.TRANSFER, "IN", "INR"),
    _known("alipay", Family.WALLET, "CN", "CNY EUR USD GBP"),
    _known("wechat_pay", Family.WALLET, "CN", "CNY EUR USD GBP"),
)


def _faults(method: PaymentMethod, _known: Known) -> Iterator[Fault]:
    if any(len(one) != 2 or not one.isupper() for one in method.countries):
        yield Fault("$.countries", "a country has two capital letters, such as DE")
    if any(len(one) != 3 or not one.isupper() for one in method.currencies):
        yield Fault("$.currencies", "a currency has three capital letters, such as EUR")
    if method.least < 0 or (method.most is not None and method.most < method.least):
        yield Fault("$.most", "`least` must not be negative, nor more than `most`")


PAYMENT_METHODS = Kind("paymentMethods", "payment method", PaymentMethod, KNOWN_METHODS, _faults)
