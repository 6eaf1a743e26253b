"""Group commits: one thread writes for all, and steps back where nobody waits for it."""

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from tailorbird.storage.embedded.writer import GroupCommit

_SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT)"


def _priority(_connection: sqlite3.Connection) -> int:
    """Tell the priority of the thread that does this."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def _seen(path: Path, *, behind: bool) -> int:
    writer = GroupCommit(path, _SCHEMA, fsync=False, behind=behind)
    try:
        return asyncio.run(writer.submit(_priority))
    finally:
        writer.close()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own here")
def test_a_writer_for_whom_nobody_waits_lets_others_go_first(tmp_path: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert _seen(tmp_path / "things.db", behind=True) == min(19, before + 10)


def test_a_writer_for_whom_somebody_waits_does_not(tmp_path: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert _seen(tmp_path / "things.db", behind=False) == before


def test_stepping_back_leaves_other_threads_as_they_were(tmp_path: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    _seen(tmp_path / "things.db", behind=True)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
