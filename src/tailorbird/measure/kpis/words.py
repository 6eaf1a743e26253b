"""Key figures as people read them."""

from tailorbird.measure.kpis.definitions import BY_NAME
from tailorbird.measure.kpis.figures import Figure
from tailorbird.spine.money import exponent

_SMALL = 0.1


def amount(one: Figure, value: float | None) -> str:
    """Return a value of a figure, such as its own or an end of its interval; a dash for none."""
    if value is None:
        return "-"
    if BY_NAME[one.kpi].kind == "share":
        return f"{value:.2%}" if abs(value) < _SMALL else f"{value:.1%}"
    return f"{value:,.{exponent(one.currency) + 1}f}"


def title(one: Figure) -> str:
    """Return what a figure is called, with the currency of money."""
    kpi = BY_NAME[one.kpi]
    if kpi.kind == "share":
        return kpi.title
    return f"{kpi.title}, {one.currency or 'no currency'}"


def within(one: Figure) -> str:
    """Return a figure's interval; a dash for none."""
    if one.low is None or one.high is None:
        return "-"
    return f"{amount(one, one.low)} to {amount(one, one.high)}"


def parts(one: Figure) -> tuple[str, str]:
    """Return what was counted or added up, and of how many."""
    places = 0 if BY_NAME[one.kpi].kind == "share" else exponent(one.currency)
    return f"{one.numerator:,.{places}f}", f"{one.denominator:,.0f}"
