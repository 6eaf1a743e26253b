"""Files and folders for their owner only."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from tailorbird.spine.private import private_file, private_folder

_LOCKED = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0)
try:
    other.execute("BEGIN EXCLUSIVE")
except sqlite3.OperationalError:
    print("locked")
"""


def test_missing_folders_above_are_private_too(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_folder_in_use_keeps_its_rights(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o750)
    (folder / "file").touch()
    private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_file_that_is_there_keeps_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    private_file(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_file_that_is_locked_stays_locked(tmp_path: Path) -> None:
    """POSIX gives up all locks of a process on a file when it closes any descriptor of it."""
    path = tmp_path / "some.db"
    ours = sqlite3.connect(path, isolation_level=None)
    ours.execute("BEGIN EXCLUSIVE")
    private_file(path)
    other = [sys.executable, "-c", _LOCKED, str(path)]
    said = subprocess.run(other, capture_output=True, text=True, check=True).stdout
    ours.close()
    assert said == "locked\n"
