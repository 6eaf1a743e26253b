"""The simulator: whether experiments in a shop whose truth is known find that truth."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.claims.claim import ALPHA, Claim
from bench.claims.fixed import chance
from tailorbird.bench.rehearsal.rehearsing import Rehearsed, rehearse
from tailorbird.bench.rehearsal.report import Tried
from tailorbird.bench.rehearsal.scene import Plan
from tailorbird.bench.rehearsal.telling import report_of
from tailorbird.bench.rehearsal.trials import tried

TOPIC = "simulator"
PLAN = Plan()
"""What `tailorbird simulate` rehearses when nothing is said."""

_SIZE = 4_000  # drawn with replacement from those whose spending is known


def claims(runs: int) -> Iterator[Claim]:
    """Yield false alarms, coverage, CUPED's gain and power over experiments in a simulated shop."""
    with tempfile.TemporaryDirectory(prefix="tailorbird-evidence-") as folder:
        found = asyncio.run(rehearse(Path(folder), PLAN, _silent))
    control = PLAN.policies[0]
    yield from _false_alarms(tried(found, control, runs, _SIZE))
    for policy in PLAN.policies[1:]:
        yield from _coverage(tried(found, policy, runs, _SIZE))
    yield _whole(found)


def _false_alarms(one: Tried) -> Iterator[Claim]:
    low, high = chance(ALPHA, one.experiments)
    wanted = f"5 %, by luck {low:.1%} to {high:.1%}"
    for way, share in (("Welch", one.found), ("CUPED", one.found_adjusted)):
        what = f"{_many(one)}, both arms {one.policy} ({way}): rejected at 5 %"
        yield Claim(TOPIC, what, wanted, f"{share:.2%}", low <= share <= high)


def _coverage(one: Tried) -> Iterator[Claim]:
    named = (
        f"{_many(one)}, {one.policy} against {PLAN.policies[0]}, true effect {one.relative:+.1%}"
    )
    for way, share in (("Welch", one.held), ("CUPED", one.held_adjusted)):
        what = f"{named} ({way}): interval holds the truth"
        yield Claim(TOPIC, what, "94 to 96 %", f"{share:.2%}", 0.94 <= share <= 0.96)
    what = f"{named}: noise that CUPED takes away, power without and with it"
    told = f"{one.removed:.1%}; {one.found:.1%}, {one.found_adjusted:.1%}"
    yield Claim(TOPIC, what, "stated", told, None)


def _whole(found: Rehearsed) -> Claim:
    """Return how the one experiment went that was truly lived through, arm beside arm."""
    told = [
        f"{line.policy} {line.effect:+.2f} ({line.low:+.2f} … {line.high:+.2f}), "
        f"truly {line.truth:+.2f}"
        for line in report_of(found, 0, _silent).lines
        if None not in {line.effect, line.low, line.high, line.truth}
    ]
    what = f"one experiment lived through, {PLAN.shoppers:,} shoppers, {PLAN.days} days: effects"
    return Claim(TOPIC, what, "stated", "; ".join(told), None)


def _many(one: Tried) -> str:
    return (
        f"{one.experiments:,} experiments of two arms of {one.shoppers // 2:,} simulated shoppers"
    )


def _silent(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""
