"""Money in whole minor units (cents), so that sums are exact."""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

# ISO 4217: currencies whose minor unit is not a hundredth.
_WHOLE = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND")
_WHOLE_TOO = ("VUV", "XAF", "XOF", "XPF")
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_EXPONENTS = dict.fromkeys((*_WHOLE, *_WHOLE_TOO), 0) | dict.fromkeys(_THOUSANDTHS, 3)
_LARGEST_MINOR = 10**15


def exponent(currency: str | None) -> int:
    """Return how many decimals a currency has; 2 when it is unknown."""
    return _EXPONENTS.get((currency or "").upper(), 2)


def is_code(text: str) -> bool:
    """Return whether a text looks like an ISO 4217 code such as EUR."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


@lru_cache(maxsize=16_384, typed=True)  # prices repeat; typed, since 1 and True are equal
def to_minor(amount: float | str | Decimal, currency: str | None) -> int:
    """Return an amount in minor units, rounded half to even.

    Args:
        amount: in major units, as a number or its text.
        currency: an ISO 4217 code; decides the number of decimals.

    Raises:
        ValueError: the amount is not a finite number below 10^15 minor units.
    """
    try:
        minor = Decimal(str(amount)).scaleb(exponent(currency))
        if not minor.is_finite() or abs(minor) > _LARGEST_MINOR:
            raise ValueError(f"{amount!r} is not an amount of money")
        return int(minor.to_integral_value(ROUND_HALF_EVEN))
    except ArithmeticError as cause:
        raise ValueError(f"{amount!r} is not an amount of money") from cause


def to_major(minor: int, currency: str | None) -> float:
    """Return an amount in major units, for people and JSON."""
    return float(Decimal(minor).scaleb(-exponent(currency)))
