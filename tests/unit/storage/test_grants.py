"""Grants never break a limit, in whatever order they are asked for, settled and expired."""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.decide.offers.grants import GRACE_MS, Grant, Limits, Redemption, Wanted
from tailorbird.spine.ids import IdentifierKey, anonymous_key
from tailorbird.storage.embedded.offers import SqliteGrants
from tests.makers import DAY, HOUR, NOON_MS

LIMITS = Limits(total_minor=100, day_minor=60, times=2, within_ms=3 * DAY)

_who = st.integers(0, 3)
_ask = st.tuples(st.just("ask"), _who, st.integers(1, 30), st.integers(0, 2))
_order = st.tuples(st.just("order"), st.integers(0, 12), st.integers(0, 30), _who)
_cancel = st.tuples(st.just("cancel"), st.integers(0, 12), st.just(0), st.just(0))
_erase = st.tuples(st.just("erase"), _who, st.just(0), st.just(0))
_wait = st.tuples(st.just("wait"), st.integers(1, 30), st.just(0), st.just(0))
Act = tuple[str, int, int, int]


def key(number: int) -> IdentifierKey:
    return anonymous_key(f"a{number}")


def wanted(who: int, hold: int, at_ms: int, offer: str = "o", code: str = "") -> Wanted:
    return Wanted(
        offer=offer,
        key=key(who),
        theirs=(key(who),),
        depth=10,
        hold_minor=hold,
        most_minor=hold,
        code=code or f"c{at_ms}-{who}",
        pool=(),
        at_ms=at_ms,
        expires_ms=at_ms + 5 * HOUR,
        reason="because",
    )


class Till:
    """What a till does with codes that it knows: it never takes off more than was held."""

    def __init__(self, grants: SqliteGrants) -> None:
        self.grants = grants
        self.known: list[Grant] = []
        self.now_ms = NOON_MS

    async def act(self, act: Act) -> None:
        what, number, amount, who = act
        match what:
            case "ask":
                asked = wanted(number, amount, self.now_ms + who)
                found = await self.grants.grant(asked, LIMITS)
                if isinstance(found, Grant):
                    self.known.append(found)
            case "order" if number < len(self.known):
                one = self.known[number]
                if self.now_ms <= one.expires_ms and one.most_minor is not None:
                    given = min(max(amount, 1), one.most_minor)
                    order = Redemption(f"o{one.id}", one.code, (key(who),), given, self.now_ms)
                    await self.grants.settle([order], 1)
            case "cancel" if number < len(self.known):
                order = Redemption(f"o{self.known[number].id}", None, (), 0, self.now_ms)
                await self.grants.settle([order], 2)
            case "erase":
                self.known = [one for one in self.known if one.key != key(number)]
                await self.grants.erase([key(number)])
            case "wait":
                self.now_ms += number * HOUR
                await self.grants.expire(self.now_ms)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(_ask, _ask, _order, _cancel, _erase, _wait), max_size=25))
def test_no_order_of_events_ever_breaks_a_budget_or_loses_count(acts: Sequence[Act]) -> None:
    async def work(path: Path) -> None:
        grants = SqliteGrants(path)
        till = Till(grants)
        try:
            for act in acts:
                await till.act(act)
                check(path)
        finally:
            grants.close()

    with tempfile.TemporaryDirectory() as place:
        asyncio.run(work(Path(place) / "offers.db"))


def check(path: Path) -> None:
    """Hold the sums to the limits, and to the rows that they are sums of."""
    with contextlib.closing(sqlite3.connect(path)) as reader:
        by_day = dict(reader.execute("SELECT day, held FROM spending WHERE offer = 'o'"))
        rows = "SELECT day, held FROM grants UNION ALL SELECT day, held FROM strays"
        counted: dict[int, int] = {}
        for day, held in reader.execute(rows):
            counted[day] = counted.get(day, 0) + held
    assert {day: held for day, held in by_day.items() if held} == {
        day: held for day, held in counted.items() if held
    }
    assert sum(by_day.values()) <= (LIMITS.total_minor or 0)
    assert all(held <= (LIMITS.day_minor or 0) for held in by_day.values())


def test_those_who_ask_at_once_never_share_more_than_the_budget(tmp_path: Path) -> None:
    async def work() -> list[object]:
        grants = SqliteGrants(tmp_path / "offers.db")
        asked = (grants.grant(wanted(number, 7, NOON_MS), LIMITS) for number in range(100))
        found = await asyncio.gather(*asked)
        grants.close()
        return list(found)

    given_out = [one for one in asyncio.run(work()) if isinstance(one, Grant)]
    assert len(given_out) == 60 // 7


def test_one_person_asking_at_once_is_given_one_and_the_same(tmp_path: Path) -> None:
    async def work() -> set[object]:
        grants = SqliteGrants(tmp_path / "offers.db")
        asked = (
            grants.grant(wanted(1, 7, NOON_MS, code=f"c{number}"), LIMITS) for number in range(20)
        )
        found = {getattr(one, "code", None) for one in await asyncio.gather(*asked)}
        grants.close()
        return found

    assert len(asyncio.run(work())) == 1


def test_what_is_held_is_held_until_late_orders_have_come(tmp_path: Path) -> None:
    async def work() -> list[int]:
        grants = SqliteGrants(tmp_path / "offers.db")
        await grants.grant(wanted(1, 7, NOON_MS), LIMITS)
        expired = NOON_MS + 5 * HOUR
        found = []
        for at_ms in (expired, expired + GRACE_MS, expired + GRACE_MS + 1):
            await grants.expire(at_ms)
            found.append((await grants.spending())[0].held)
        grants.close()
        return found

    assert asyncio.run(work()) == [7, 7, 0]
