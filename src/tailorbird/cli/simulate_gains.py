"""What policies earn more than one another, in words, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tailorbird.bench.rehearsal.policies import EVERYBODY, GATED, PLAIN, SEEING
from tailorbird.bench.rehearsal.report import Between, Gain


def between(one: Between) -> str:
    """Return a difference with its interval: `+1.20 (+0.40 … +2.00)`."""
    return f"{one.value:+.2f} ({one.low:+.2f} … {one.high:+.2f})"


def against(gains: Sequence[Gain], policy: str, than: str) -> Gain | None:
    """Return what a policy earns more than another; None where that was not rehearsed."""
    return next((one for one in gains if (one.policy, one.than) == (policy, than)), None)


def sentences(gains: Sequence[Gain], possible: float | None) -> Iterator[str]:
    """Yield what offers by uplift are worth, a sentence each."""
    for than, meant in ((EVERYBODY, "an offer for everybody"), (PLAIN, "no offers")):
        one = against(gains, GATED, than)
        if one is not None:
            yield f"Offers by uplift leave {_more(one.profit)} than {meant}."
    most, own = against(gains, SEEING, PLAIN), against(gains, GATED, PLAIN)
    if most is not None and own is not None and possible is not None:
        got = f"{possible:.0%} of that" if own.profit.low > 0.0 else "nothing of that beyond luck"
        yield (
            "Were it known what each shopper is like, offers could leave "
            f"{_more(most.profit)} than no offers; those by uplift got {got}."
        )


def _more(profit: Between) -> str:
    within = f"{abs(profit.value):.2f} a shopper"
    told = f"({profit.low:+.2f} … {profit.high:+.2f})"
    if profit.low <= 0.0 <= profit.high:
        side = "more" if profit.value >= 0.0 else "less"
        return f"{within} {side} {told}, which may be luck,"
    return f"{within} {'more' if profit.value > 0.0 else 'less'} {told}"
