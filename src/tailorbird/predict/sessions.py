"""Sessions as arrays: which items each visit touched, in which order, and when it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Offsets = NDArray[np.int64]
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Item ids and their codes: 0, 1, 2 … in order of arrival.

    It only ever grows and a code never changes its meaning, so models may share one.
    """

    ids: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(ids: Iterable[str]) -> Vocabulary:
        """Return a vocabulary of the given ids; a repeated id keeps its first code."""
        vocabulary = Vocabulary()
        for item in ids:
            vocabulary.learn(item)
        return vocabulary

    def __len__(self) -> int:
        return len(self.ids)

    def learn(self, item: str) -> int:
        """Return the item's code, giving it the next free one when it is new."""
        code = self.codes.get(item)
        if code is None:
            code = len(self.ids)
            self.ids.append(item)
            self.codes[item] = code
        return code

    def encode(self, items: Iterable[str]) -> Codes:
        """Return the codes of the known items, in order; unknown ones are left out."""
        codes = self.codes
        return np.array([codes[item] for item in items if item in codes], dtype=np.int32)

    def decode(self, codes: Iterable[int]) -> list[str]:
        """Return the ids of the codes."""
        return [self.ids[code] for code in codes]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Many sessions in three arrays, oldest first.

    Attributes:
        offsets: int64[n+1]; session s holds `items[offsets[s]:offsets[s + 1]]`.
        items: int32[], item codes, oldest to newest inside a session.
        ended_at: float64[n], seconds, ascending; the rank of the session where no time is known.
    """

    offsets: Offsets
    items: Codes
    ended_at: Seconds

    @staticmethod
    def of(rows: Sequence[Sequence[int]], ended_at: Sequence[float] | None = None) -> Sessions:
        """Return sessions from lists of codes, sorted by their end (stable).

        Args:
            rows: One list of item codes a session.
            ended_at: Seconds, one a session; None takes the order of the rows as the time.
        """
        times = np.arange(len(rows)) if ended_at is None else ended_at
        lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
        flat = np.fromiter((code for row in rows for code in row), np.int32, int(lengths.sum()))
        return Sessions(
            offsets_of(lengths), flat, np.asarray(times, dtype=np.float64)
        ).sorted_by_end()

    @staticmethod
    def none() -> Sessions:
        """Return no sessions at all."""
        return Sessions(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float64))

    def __len__(self) -> int:
        return len(self.ended_at)

    def __getitem__(self, number: int) -> Codes:
        return self.items[self.offsets[number] : self.offsets[number + 1]]

    def __add__(self, other: Sessions) -> Sessions:
        offsets = np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]])
        items = np.concatenate([self.items, other.items])
        return Sessions(
            offsets, items, np.concatenate([self.ended_at, other.ended_at])
        ).sorted_by_end()

    @property
    def lengths(self) -> NDArray[np.int64]:
        """int64[n], items a session."""
        return np.diff(self.offsets)

    @property
    def item_count(self) -> int:
        """One more than the largest code, so the size of an array over items."""
        return int(self.items.max()) + 1 if len(self.items) else 0

    def sorted_by_end(self) -> Sessions:
        """Return the sessions oldest first; equal ends keep their order."""
        if np.all(self.ended_at[1:] >= self.ended_at[:-1]):
            return self
        return self.take(np.argsort(self.ended_at, kind="stable"))

    def take(self, numbers: NDArray[np.int64]) -> Sessions:
        """Return the chosen sessions in the given order.

        Args:
            numbers: int64[m], session numbers.
        """
        lengths = self.lengths[numbers]
        offsets = offsets_of(lengths)
        shift = np.repeat(self.offsets[numbers] - offsets[:-1], lengths)
        flat = np.arange(offsets[-1]) + shift
        return Sessions(offsets, self.items[flat], self.ended_at[numbers])

    def between(self, first: int, last: int) -> Sessions:
        """Return sessions number `first` up to, not including, `last`."""
        begin, end = self.offsets[first], self.offsets[last]
        return Sessions(
            self.offsets[first : last + 1] - begin, self.items[begin:end], self.ended_at[first:last]
        )


def offsets_of(lengths: NDArray[np.int64]) -> Offsets:
    """Return int64[n+1], where each of n runs begins and the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
