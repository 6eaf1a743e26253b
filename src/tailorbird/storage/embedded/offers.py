"""Grants of offers in one SQLite file: limits are checked in the transaction that writes."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tailorbird.decide.offers.grants import (
    GRACE_MS,
    Grant,
    GrantState,
    Limits,
    Redemption,
    Refused,
    Spending,
    Wanted,
    day_of,
)
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import IdentifierKey
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("offers")
_UNUSED = frozenset({GrantState.OPEN, GrantState.EXPIRED})


class _Row(NamedTuple):
    """What settling needs of a grant."""

    id: int
    offer: str
    held: int
    given: int
    day: int
    state: str
    expires_ms: int

    @property
    def last_ms(self) -> int:
        """Until when an order may have been placed."""
        return self.expires_ms + GRACE_MS


class SqliteGrants:
    """One workspace's grants; `spending` always equals what the rows of grants and strays hold."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self._reader = connect(path, fsync=False)

    def open_of(self, theirs: Sequence[IdentifierKey], now_ms: int) -> Sequence[Grant]:
        return _open_of(self._reader, theirs, now_ms)

    def refusal(self, wanted: Wanted, limits: Limits) -> Refused | None:
        return _refusal(self._reader, wanted, limits)

    async def grant(self, wanted: Wanted, limits: Limits) -> Grant | Refused:
        def job(connection: sqlite3.Connection) -> Grant | Refused:
            for one in _open_of(connection, wanted.theirs, wanted.at_ms):
                if one.offer == wanted.offer:
                    return one
            _expire(connection, wanted.at_ms)
            refused = _refusal(connection, wanted, limits)
            return refused or _granted(connection, wanted)

        return await self._writer.submit(job)

    async def settle(self, orders: Sequence[Redemption], offset: int) -> None:
        def job(connection: sqlite3.Connection) -> None:
            for one in orders:
                _settle(connection, one)
            connection.execute(_SQL["reach"], (offset,))

        await self._writer.submit(job)

    async def expire(self, now_ms: int) -> int:
        return await self._writer.submit(lambda connection: _expire(connection, now_ms))

    async def settled(self) -> int | None:
        row = self._reader.execute(_SQL["progress"]).fetchone()
        return None if row is None else int(row[0])

    async def spending(self) -> Sequence[Spending]:
        counts = {row[0]: row[1:] for row in self._reader.execute(_SQL["counts"])}
        sums = {row[0]: row[1:] for row in self._reader.execute(_SQL["spending"])}
        found = []
        for offer in sorted(counts.keys() | sums.keys()):
            held, given, strays = sums.get(offer, (0, 0, 0))
            grants, opened, redeemed = counts.get(offer, (0, 0, 0))
            found.append(Spending(offer, held, given, grants, opened, redeemed, strays))
        return found

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        """Take a person out of their grants; what is held of budgets stays, and names nobody."""
        traces: list[str] = []

        def job(connection: sqlite3.Connection) -> int:
            gone = 0
            for key in keys:
                found = connection.execute(_SQL["traces"], (key,)).fetchall()
                traces.extend(order for (order,) in found if order)
                gone += connection.execute(_SQL["erase"], (key,)).rowcount
                gone += connection.execute(_SQL["erase_strays"], (key,)).rowcount
            return gone

        gone = await self._writer.submit(job)
        await self._writer.scrub([*map(value_of, keys), *(one.encode() for one in traces)])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        found: list[dict[str, object]] = []
        for key in keys:
            found += [_shown(one) for one in _grants(self._reader.execute(_SQL["of_key"], (key,)))]
            found += [
                {"order": order, "offer": offer, "discount_minor": held}
                for order, offer, held in self._reader.execute(_SQL["strays_of"], (key,))
            ]
        return found

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()


def _open_of(
    connection: sqlite3.Connection, theirs: Sequence[IdentifierKey], now_ms: int
) -> list[Grant]:
    return [
        one for key in theirs for one in _grants(connection.execute(_SQL["open_of"], (key, now_ms)))
    ]


def _refusal(connection: sqlite3.Connection, wanted: Wanted, limits: Limits) -> Refused | None:
    since_ms = wanted.at_ms - limits.within_ms
    times = sum(
        connection.execute(_SQL["times"], (key, wanted.offer, since_ms)).fetchone()[0]
        for key in wanted.theirs
    )
    if times >= limits.times:
        return Refused("it was given to this person as often as one may have it")
    held, today = connection.execute(_SQL["held"], (day_of(wanted.at_ms), wanted.offer)).fetchone()
    if limits.total_minor is not None and held + wanted.hold_minor > limits.total_minor:
        return Refused("its budget is used up")
    if limits.day_minor is not None and today + wanted.hold_minor > limits.day_minor:
        return Refused("its budget of this day is used up")
    if wanted.pool and _unused(connection, wanted) is None:
        return Refused("its codes are used up")
    return None


def _unused(connection: sqlite3.Connection, wanted: Wanted) -> str | None:
    used = {row[0] for row in connection.execute(_SQL["pool_used"], (wanted.offer,))}
    return next((code for code in wanted.pool if code not in used), None)


def _granted(connection: sqlite3.Connection, wanted: Wanted) -> Grant:
    code = _unused(connection, wanted) if wanted.pool else wanted.code
    if wanted.pool:
        connection.execute(_SQL["use_pool"], (wanted.offer, code))
    day = day_of(wanted.at_ms)
    row = connection.execute(
        _SQL["grant"],
        (
            wanted.offer,
            wanted.key,
            wanted.depth,
            wanted.hold_minor,
            wanted.most_minor,
            code,
            wanted.at_ms,
            wanted.expires_ms,
            day,
            wanted.reason,
        ),
    )
    connection.execute(_SQL["spend"], (wanted.offer, day, wanted.hold_minor, 0, 0))
    return _grants(connection.execute(_SQL["by_id"], (row.lastrowid,)))[0]


def _expire(connection: sqlite3.Connection, now_ms: int) -> int:
    due = connection.execute(_SQL["due"], (now_ms - GRACE_MS,)).fetchall()
    for offer, day, held in due:
        connection.execute(_SQL["spend"], (offer, day, -held, 0, 0))
    return connection.execute(_SQL["expire"], (now_ms - GRACE_MS,)).rowcount if due else 0


def _settle(connection: sqlite3.Connection, order: Redemption) -> None:
    """Write down what an order took off; the same order again changes nothing."""
    if order.code is None:
        _cancel(connection, order)
        return
    if connection.execute(_SQL["of_order"], (order.order_id,)).fetchone() is not None:
        return
    rows = [
        _Row(*row)
        for key in order.theirs
        for row in connection.execute(_SQL["of_code_and_key"], (order.code, key))
    ]
    if not rows:
        # A code of one person may come with an order of a browser that nobody knows to be theirs.
        rows = [_Row(*row) for row in connection.execute(_SQL["of_code"], (order.code,))]
        if not rows:
            return
        if len(rows) > 1:
            _stray(connection, rows[0].offer, order)
            return
    unused = [row for row in rows if row.state in _UNUSED and order.at_ms <= row.last_ms]
    if not unused:
        _stray(connection, rows[0].offer, order)
        return
    one = unused[0]
    given = order.discount_minor or one.held
    connection.execute(_SQL["redeem"], (order.order_id, given, given, one.id))
    connection.execute(_SQL["spend"], (one.offer, one.day, given - one.held, given, 0))


def _stray(connection: sqlite3.Connection, offer: str, order: Redemption) -> None:
    """Count an order with a code that nothing was held for: it costs the budget all the same."""
    key = order.theirs[0] if order.theirs else None
    day, cost = day_of(order.at_ms), order.discount_minor
    placed = connection.execute(_SQL["stray"], (order.order_id, offer, day, cost, key))
    if placed.rowcount:
        connection.execute(_SQL["spend"], (offer, day, cost, cost, 1))


def _cancel(connection: sqlite3.Connection, order: Redemption) -> None:
    for row in connection.execute(_SQL["of_order"], (order.order_id,)).fetchall():
        one = _Row(*row)
        if one.state == GrantState.REDEEMED:
            connection.execute(_SQL["cancel"], (one.id,))
            connection.execute(_SQL["spend"], (one.offer, one.day, -one.held, -one.given, 0))


def _grants(rows: Iterable[Sequence[Any]]) -> list[Grant]:
    return [Grant(**dict(zip(Grant.__struct_fields__, row, strict=True))) for row in rows]


def _shown(one: Grant) -> dict[str, object]:
    return {
        "offer": one.offer,
        "depth": one.depth,
        "held_minor": one.held_minor,
        "code": one.code,
        "at": format_time(one.at_ms),
        "expires_at": format_time(one.expires_ms),
        "state": one.state,
        "order": one.order_id,
        "reason": one.reason,
    }
