"""Reading Parquet files batch by batch, where pyarrow is installed."""

import io
from collections.abc import Iterator
from typing import Any

from tailorbird.collect.sources.rows import UnreadableFile

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:  # an extra that most shops do without
    pa = None

MAGIC = b"PAR1"
_BATCH_ROWS = 4096


def parquet_columns(file: io.BufferedReader) -> list[str]:
    """Return the names of a Parquet file's columns.

    Raises:
        UnreadableFile: pyarrow is missing, or the file is damaged.
    """
    return list(_opened(file).schema_arrow.names)


def read_parquet(file: io.BufferedReader) -> Iterator[dict[str, Any]]:
    """Yield each row by column name.

    Raises:
        UnreadableFile: pyarrow is missing, or the file is damaged.
    """
    opened = _opened(file)
    try:
        for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
            yield from batch.to_pylist()
    except (pa.ArrowInvalid, OSError) as cause:
        raise _damaged(cause) from cause


def _opened(file: io.BufferedReader) -> parquet.ParquetFile:
    if pa is None:
        raise UnreadableFile(
            "Parquet files need pyarrow, which is not installed.",
            remedy="Run `pip install 'tailorbird[parquet]'`, or convert the file to CSV.",
        )
    try:
        return parquet.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as cause:
        raise _damaged(cause) from cause


def _damaged(cause: Exception) -> UnreadableFile:
    return UnreadableFile(f"The Parquet file cannot be read: {cause}.")
