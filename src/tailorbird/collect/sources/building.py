"""Turning the records of a file into rows: one or several each, or gathered by what they share."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Protocol, TypeVar

from tailorbird.collect.sources.rows import BadRow, Row, UnfitRow, bad_row

# Orders that other systems write line by line may interleave a little; this many are kept open.
_MOST_OPEN = 64


class Located(Protocol):
    """A record that knows where it stands in its file, and how it stands there."""

    @property
    def line(self) -> int:
        """The record's first line, counted from 1."""

    @property
    def raw(self) -> str | bytes:
        """The record as it stands in the file."""


R = TypeVar("R", bound=Located)


def each(records: Iterable[R | BadRow], build: Callable[[R], Row]) -> Iterator[Row]:
    """Yield what `build` makes of each record, and a refusal for each that it finds unfit."""
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        try:
            yield build(record)
        except UnfitRow as why:
            yield bad_row(record.line, str(why), record.raw)


def each_many(records: Iterable[R | BadRow], build: Callable[[R], Iterable[Row]]) -> Iterator[Row]:
    """Yield all that `build` makes of each record, and a refusal for each that it finds unfit.

    A record is refused as a whole or not at all, so that no row is counted twice.
    """
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        try:
            made = list(build(record))
        except UnfitRow as why:
            yield bad_row(record.line, str(why), record.raw)
        else:
            yield from made


def gathered(
    records: Iterable[R | BadRow], key: Callable[[R], Hashable]
) -> Iterator[list[R] | BadRow]:
    """Yield the records of each key together, in the order in which the keys began.

    A key is closed once 64 others have begun, so that memory stays small; a record of it that
    comes later begins a new group.
    """
    groups: OrderedDict[Hashable, list[R]] = OrderedDict()
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        found = key(record)
        group = groups.get(found)
        if group is not None:
            group.append(record)
            continue
        groups[found] = [record]
        if len(groups) > _MOST_OPEN:
            yield groups.popitem(last=False)[1]
    yield from groups.values()
