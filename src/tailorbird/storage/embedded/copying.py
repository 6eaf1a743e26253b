"""Copying, moving and removing SQLite files as wholes, with what lies beside them."""

import sqlite3
from pathlib import Path

from tailorbird.storage.embedded.reading import read_only

_BESIDE = ("-wal", "-shm")


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, beside whoever writes to it."""
    reading = read_only(source)
    writing = sqlite3.connect(target)
    try:
        reading.backup(writing)
        # A copy without a write-ahead log is one file, whole in itself.
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        writing.close()
        reading.close()


def move_database(source: Path, target: Path) -> None:
    """Put a closed database in the place of another closed one."""
    for suffix in _BESIDE:
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    source.replace(target)


def remove_database(path: Path) -> None:
    """Remove a closed database, if it is there."""
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
