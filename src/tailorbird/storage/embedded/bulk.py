"""Many rows in one statement, so that a batch asks for the interpreter's lock once, not once a row.

SQLite runs a statement without holding the lock; with a statement a row, a thread that writes
thousands would wait for the busy event loop thousands of times, and interrupt it as often. So the
rows travel as two values: a JSON array with one entry a row, and all blobs one behind the other.
The statement takes them apart: `json_each(?1)`, with `substr(?2, start, length)` for each blob.
"""

from collections.abc import Collection, Iterable
from itertools import accumulate

import msgspec

_encode = msgspec.json.Encoder().encode
Plain = str | int | None


def packed_columns(blobs: Collection[bytes], *columns: Iterable[Plain]) -> tuple[str, bytes]:
    """Return rows as the two values of a bulk statement, without a step a row in Python.

    Args:
        blobs: the blob of each row.
        columns: the first plain value of each row, the second, …

    Returns:
        JSON of `[start, length, plain value, …]` a row, and the joined blobs; a start counts from
        one, as SQLite does.
    """
    lengths = [*map(len, blobs)]
    starts = accumulate(lengths, initial=1)  # one more than rows: where the next would start
    places = [*zip(starts, lengths, *columns, strict=False)]
    return _encode(places).decode(), b"".join(blobs)
