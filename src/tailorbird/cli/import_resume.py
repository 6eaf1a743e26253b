"""Where an import stopped: a small file, so that the next run goes on from there."""

import hashlib
from pathlib import Path

import msgspec

from tailorbird.cli.import_report import Counts
from tailorbird.spine.private import private_folder, write_private

_HEAD_BYTES = 1 << 20
_TAIL_BYTES = 1 << 16


class Mark(msgspec.Struct, omit_defaults=True):
    """How far an import has durably come.

    Attributes:
        path: of the file, for people who look.
        size: of the file, in bytes.
        mtime_ns: when the file was changed last.
        values: how many values of the reader are done.
        line: the last line of these.
        counts: what became of them.
    """

    path: str
    size: int
    mtime_ns: int
    values: int = 0
    line: int = 0
    counts: Counts = msgspec.field(default_factory=Counts)


def fingerprint(path: Path, *details: str) -> str:
    """Return a name for a file's content, read in a certain way into a certain place.

    Args:
        path: the file; its size, beginning and end stand for the whole.
        details: format, options, workspace: what makes it another import.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(digest_size=10)
    digest.update("\0".join((*details, str(size))).encode())
    with path.open("rb") as file:
        digest.update(file.read(_HEAD_BYTES))
        file.seek(max(0, size - _TAIL_BYTES))
        digest.update(file.read(_TAIL_BYTES))
    return digest.hexdigest()


class Resume:
    """The resume file of one import."""

    def __init__(self, folder: Path, name: str, source: Path) -> None:
        """Name the file.

        Args:
            folder: where resume files lie.
            name: the import's fingerprint.
            source: the file that is imported.
        """
        self._path = folder / f"{name}.json"
        self._source = source

    def found(self) -> Mark | None:
        """Return where an earlier run of the same import stopped; None when there is nothing."""
        try:
            mark = msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        fresh = self.fresh()
        unchanged = (mark.size, mark.mtime_ns) == (fresh.size, fresh.mtime_ns)
        return mark if unchanged else None

    def fresh(self) -> Mark:
        """Return the mark of an import that begins."""
        facts = self._source.stat()
        return Mark(str(self._source.resolve()), facts.st_size, facts.st_mtime_ns)

    def write(self, mark: Mark) -> None:
        """Put a mark in the file, whole or not at all.

        Without waiting for the disk: one that is lost costs a second look at known events only.
        """
        private_folder(self._path.parent)
        made = self._path.with_suffix(".tmp")
        write_private(made, msgspec.json.encode(mark))
        made.replace(self._path)

    def remove(self) -> None:
        """The import is done: there is nothing to go on with."""
        self._path.unlink(missing_ok=True)
