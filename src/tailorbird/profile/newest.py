"""Keeping only the newest few of something, in a way that the order of arrival cannot change.

The newest `keep` of a union are found among the newest `keep` of its parts. So a list or a map
that is cut this way stays exactly mergeable, which a cut by any other measure would not be.
"""

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar

import msgspec


class Comparable(Protocol):
    """Anything with a total order; the greater is the newer."""

    def __lt__(self, other: Self, /) -> bool: ...


T = TypeVar("T", bound=Comparable)


class Stamped(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """A text and when it was said; of two, the later stands, of two at once the greater text."""

    at_ms: int
    text: str


def newest(kept: tuple[T, ...], fresh: tuple[T, ...], keep: int) -> tuple[T, ...]:
    """Return the `keep` greatest of both, sorted; equal ones are all kept.

    Args:
        kept: sorted already.
        fresh: in any order.
        keep: how many may stay.
    """
    if not fresh:
        return kept
    if len(fresh) == 1 and not (kept and fresh[0] < kept[-1]):
        return (kept + fresh)[-keep:]
    return tuple(sorted(kept + fresh)[-keep:])


def put_newest(kept: Mapping[str, T], key: str, value: T, keep: int) -> Mapping[str, T]:
    """Return the map with the greater of the present value and this one under `key`."""
    present = kept.get(key)
    if present is not None and not present < value:
        return kept
    return _cut({**kept, key: value}, keep)


def join_newest(a: Mapping[str, T], b: Mapping[str, T], keep: int) -> Mapping[str, T]:
    """Return both maps in one, with the greater value where both have a key."""
    joined = dict(a)
    for key, value in b.items():
        present = joined.get(key)
        if present is None or present < value:
            joined[key] = value
    return _cut(joined, keep)


def put_oldest(kept: Mapping[str, int], key: str, value: int, keep: int) -> Mapping[str, int]:
    """Return the map with the lesser of the present moment and this one under `key`."""
    return join_oldest(kept, {key: value}, keep)


def join_oldest(a: Mapping[str, int], b: Mapping[str, int], keep: int) -> Mapping[str, int]:
    """Return both maps in one, with the lesser moment where both have a key; the `keep` least."""
    joined = dict(a)
    for key, value in b.items():
        joined[key] = min(value, joined.get(key, value))
    if len(joined) <= keep:
        return joined
    return dict(sorted(joined.items(), key=lambda pair: (pair[1], pair[0]))[:keep])


def latest(present: Stamped | None, at_ms: int, text: str | None) -> Stamped | None:
    """Return what stands after `text` was said at `at_ms`; nothing said changes nothing."""
    if not text:
        return present
    if present is None or (present.at_ms, present.text) < (at_ms, text):
        return Stamped(at_ms, text)
    return present


def later(a: T | None, b: T | None) -> T | None:
    """Return the greater of two where there are two."""
    if a is None:
        return b
    if b is None or b < a:
        return a
    return b


def _cut(whole: dict[str, T], keep: int) -> dict[str, T]:
    if len(whole) <= keep:
        return whole
    ranked = sorted(whole.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
    return dict(ranked[:keep])
