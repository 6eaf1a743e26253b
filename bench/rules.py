"""What 500 rules cost an event: `python -m bench.rules`.

Every rule has a condition over several fields and a windowed count. Spread: 25 events, 20 rules on
each, as shops have them. Worst: all 500 on `Product Viewed`. Measured is all that an event costs
the watcher once its profile is at hand: marks, the moment, what conditions need, and judging.
"""

import statistics
import time
from collections.abc import Sequence

from tailorbird.collect.plan import PLAN
from tailorbird.configure.reading import read
from tailorbird.configured import KINDS
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.rules.judging import Tally, judged
from tailorbird.rules.memory import Memory
from tailorbird.rules.moment import Moment, marked
from tailorbird.rules.rulebook import Rulebook, rulebook
from tailorbird.spine.events import Event, LineItem
from tailorbird.spine.ids import ItemId, PersonId

RULES = 500
EVENTS = 4_000
_START_MS = 1_700_000_000_000
_NAMES = sorted(PLAN)[:25]


def main() -> None:
    """Measure both, and print a table."""
    began = time.perf_counter()
    spread, worst = _book(_NAMES), _book(["Product Viewed"])
    compiled_ms = (time.perf_counter() - began) * 500
    print(f"{RULES} rules read, checked and compiled in {compiled_ms:.0f} ms (mean of two)")
    print(f"{'rules':<28}{'p50 µs':>10}{'p99 µs':>10}{'mean µs':>10}")
    rows: tuple[tuple[str, Rulebook, Sequence[str]], ...] = (
        ("none on this event", spread, ["Nothing Of Interest"]),
        ("spread: 20 on each event", spread, _NAMES),
        ("worst: 500 on one event", worst, ["Product Viewed"]),
    )
    for name, book, events in rows:
        times = sorted(_measured(book, events))
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"{name:<28}{p50:>10.1f}{p99:>10.1f}{statistics.fmean(times):>10.1f}")


def _book(events: Sequence[str]) -> Rulebook:
    lines = ["rules:"]
    for number in range(RULES):
        name = events[number % len(events)]
        seen = f'count("{name}", item, "{number % 50 + 10}m") >= {number % 7 + 3}'
        more = f'cart.value > {number}.0 && session.items >= 2 && person.country != "FR"'
        lines += [f"  - name: rule_{number}", f"    on: {name}", f"    when: {seen} && {more}"]
    return rulebook(read({"rules.yaml": "\n".join(lines)}, KINDS))


def _measured(book: Rulebook, names: Sequence[str]) -> list[float]:
    """Return what each event cost, in microseconds: 40 people with 60 events behind each."""
    memory, tally = Memory(), Tally()
    people = [PersonId(f"p_{number}") for number in range(40)]
    profiles = {
        person: fold_many(EMPTY, [_event("Product Added", 60 * n, n) for n in range(60)])
        for person in people
    }
    times = []
    for number in range(EVENTS):
        person = people[number % len(people)]
        event = _event(names[number % len(names)], 3_600 + number, number)
        began = time.perf_counter()
        if book.cares_for(event.name):
            if event.name in book.counted:
                memory.mark(person, marked(event))
            marks = memory.marks(person)
            moment = Moment(person, profiles[person], event.occurred_at_ms, event, None, marks)
            judged(book, memory, moment, {}, tally)
        times.append((time.perf_counter() - began) * 1e6)
    return times[EVENTS // 4 :]


def _event(name: str, second: int, number: int) -> Event:
    at_ms = _START_MS + second * 1_000
    item = LineItem(ItemId(f"item-{number % 9}"), price_minor=4_900, facets=("brand:msr",))
    return Event(
        kind="track",
        name=name,
        message_id=f"m{second}-{number}",
        source="bench",
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        anonymous_id="a1",
        items=(item,),
        currency="EUR",
    )


if __name__ == "__main__":
    main()
