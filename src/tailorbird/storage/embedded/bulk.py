"""Many rows in one statement, so that a batch asks for the interpreter's lock once, not once a row.

SQLite runs a statement without holding the lock; with a statement a row, a thread that writes
thousands would wait for the busy event loop thousands of times, and interrupt it as often. So the
rows travel as two values: a JSON array with one entry a row, and all blobs one behind the other.
The statement takes them apart: `json_each(?1)`, with `substr(?2, start, length)` for each blob.
"""

from collections.abc import Iterable, Sequence

import msgspec

_encode = msgspec.json.Encoder().encode
Plain = str | int | None


def packed(rows: Iterable[tuple[Sequence[Plain], bytes]]) -> tuple[str, bytes]:
    """Return rows as the two values of a bulk statement.

    Args:
        rows: the plain values of a row, and its blob.

    Returns:
        JSON of `[start, length, plain value, …]` a row, and the joined blobs; a start counts from
        one, as SQLite does.
    """
    places: list[list[Plain]] = []
    blobs: list[bytes] = []
    start = 1
    for plain, blob in rows:
        places.append([start, len(blob), *plain])
        blobs.append(blob)
        start += len(blob)
    return _encode(places).decode(), b"".join(blobs)
