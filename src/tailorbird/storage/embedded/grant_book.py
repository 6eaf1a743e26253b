"""The book of grants: what a batch of them must look at, read at once, and what it adds."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tailorbird.decide.offers.grants import Grant, GrantState, Limits, Refused, Wanted, day_of
from tailorbird.storage.embedded.queries import load

_SQL = load("offers")
_NO_CODES = "its codes are used up"


class Book:
    """One batch, in one transaction.

    Args:
        connection: in that transaction.
        batch: what is asked for.
    """

    def __init__(self, connection: sqlite3.Connection, batch: Sequence[Wanted]) -> None:
        keys = _json(list({key for wanted in batch for key in wanted.theirs}))
        offers = sorted({wanted.offer for wanted in batch})
        self._grants: dict[str | None, list[Grant]] = {}
        for one in grants_of(connection.execute(_SQL["of_keys"], (keys,))):
            self._grants.setdefault(one.key, []).append(one)
        self._held: dict[str, dict[int, int]] = {offer: {} for offer in offers}
        for offer, day, held in connection.execute(_SQL["held_by_day"], (_json(offers),)):
            self._held[offer][day] = held
        self._used = {
            wanted.offer: {row[0] for row in connection.execute(_SQL["pool_used"], (wanted.offer,))}
            for wanted in batch
            if wanted.pool
        }
        self._last = connection.execute(_SQL["last"]).fetchone()[0]
        self._new: list[tuple[Wanted, Grant]] = []

    def taken(self, wanted: Wanted, limits: Limits) -> Grant | Refused:
        """Return the open grant of this person, a new one, or why there is none."""
        theirs = [
            one
            for key in wanted.theirs
            for one in self._grants.get(key, ())
            if one.offer == wanted.offer
        ]
        for one in theirs:
            if one.state == GrantState.OPEN and one.expires_ms > wanted.at_ms:
                return one
        times = sum(one.at_ms > wanted.at_ms - limits.within_ms for one in theirs)
        held = self._held[wanted.offer]
        today = held.get(day_of(wanted.at_ms), 0)
        refused = over(wanted, limits, times, sum(held.values()), today)
        if refused is not None:
            return refused
        code: str | None = wanted.code
        if wanted.pool:
            used = self._used[wanted.offer]
            code = next((one for one in wanted.pool if one not in used), None)
            if code is None:
                return Refused(_NO_CODES)
            used.add(code)
        return self._add(wanted, code)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was added."""
        if not self._new:
            return
        rows = [_row(wanted, grant) for wanted, grant in self._new]
        connection.execute(_SQL["grant"], (_json(rows),))
        pooled = [(wanted.offer, grant.code) for wanted, grant in self._new if wanted.pool]
        if pooled:
            connection.execute(_SQL["use_pool"], (_json(pooled),))
        sums: dict[tuple[str, int], int] = {}
        for wanted, _ in self._new:
            at = (wanted.offer, day_of(wanted.at_ms))
            sums[at] = sums.get(at, 0) + wanted.hold_minor
        for (offer, day), held in sums.items():
            connection.execute(_SQL["spend"], (offer, day, held, 0, 0))

    def _add(self, wanted: Wanted, code: str | None) -> Grant:
        self._last += 1
        grant = Grant(
            id=self._last,
            offer=wanted.offer,
            key=wanted.key,
            depth=wanted.depth,
            held_minor=wanted.hold_minor,
            most_minor=wanted.most_minor,
            code=code,
            at_ms=wanted.at_ms,
            expires_ms=wanted.expires_ms,
            state=GrantState.OPEN,
            order_id=None,
            reason=wanted.reason,
        )
        self._grants.setdefault(wanted.key, []).append(grant)
        held = self._held[wanted.offer]
        day = day_of(wanted.at_ms)
        held[day] = held.get(day, 0) + wanted.hold_minor
        self._new.append((wanted, grant))
        return grant


def _row(wanted: Wanted, grant: Grant) -> list[Any]:
    return [
        grant.id,
        grant.offer,
        grant.key,
        grant.depth,
        grant.held_minor,
        grant.most_minor,
        grant.code,
        grant.at_ms,
        grant.expires_ms,
        day_of(wanted.at_ms),
        grant.reason,
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def over(wanted: Wanted, limits: Limits, times: int, held: int, today: int) -> Refused | None:
    """Return the limit that one grant more would break."""
    if times >= limits.times:
        return Refused("it was given to this person as often as one may have it")
    if limits.total_minor is not None and held + wanted.hold_minor > limits.total_minor:
        return Refused("its budget is used up")
    if limits.day_minor is not None and today + wanted.hold_minor > limits.day_minor:
        return Refused("its budget of this day is used up")
    return None


def grants_of(rows: Iterable[Sequence[Any]]) -> list[Grant]:
    """Return rows as grants."""
    return [Grant(**dict(zip(Grant.__struct_fields__, row, strict=True))) for row in rows]
