"""Files and folders that nobody but their owner can read: all that an install writes."""

import os
from pathlib import Path

OWNERS_FOLDER = 0o700
OWNERS_FILE = 0o600


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner only.

    One that is there already keeps its rights, but for an empty one of our own.
    """
    for missing in reversed([one for one in (path, *path.parents) if not one.exists()]):
        missing.mkdir(mode=OWNERS_FOLDER, exist_ok=True)
    if path.stat().st_uid == os.geteuid() and not any(path.iterdir()):
        path.chmod(OWNERS_FOLDER)


def private_file(path: Path) -> None:
    """Make an empty file for its owner only, if it is not there yet.

    One that is there is not even opened: to close it would give up the locks that this process
    holds on it, as SQLite does.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNERS_FILE))
    except FileExistsError:
        return


def write_private(path: Path, content: bytes) -> None:
    """Write a file that is new or our own, for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNERS_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def make_private(folder: Path) -> None:
    """Take all rights of others off everything in a folder, the folder included."""
    folder.chmod(OWNERS_FOLDER)
    for path in folder.rglob("*"):
        path.chmod(OWNERS_FOLDER if path.is_dir() else OWNERS_FILE)
