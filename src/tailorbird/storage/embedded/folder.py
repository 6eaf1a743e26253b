"""The data folder: where each file is, and the lock that lets one process write."""

import fcntl
import os
import re
from pathlib import Path

import msgspec

from tailorbird.spine.errors import BadRequest, Locked
from tailorbird.spine.ids import WorkspaceId
from tailorbird.spine.private import private_folder, write_private

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Address(msgspec.Struct, frozen=True):
    """Where the running server of a data folder listens."""

    pid: int
    url: str


class DataFolder:
    """The layout of an install on disk; every workspace has a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: int | None = None

    @property
    def control(self) -> Path:
        """Keys and audit."""
        return self.root / "control.db"

    @property
    def secret(self) -> Path:
        """The secret that everything sealed is sealed under; back it up apart."""
        return self.root / "secret.key"

    def workspace(self, name: WorkspaceId) -> Path:
        """Return a workspace's folder, made when missing.

        Raises:
            BadRequest: the name is not fit for a folder.
        """
        if not _NAME.fullmatch(name):
            raise BadRequest(f"{name!r} is not a workspace name: use a-z, 0-9, - and _")
        folder = self.root / "workspaces" / name
        private_folder(folder)
        return folder

    def workspaces(self) -> list[WorkspaceId]:
        """Return the workspaces that exist."""
        folder = self.root / "workspaces"
        return (
            sorted(WorkspaceId(each.name) for each in folder.iterdir()) if folder.exists() else []
        )

    def lock(self) -> None:
        """Take the folder for this process; the kernel gives it back when the process ends.

        Raises:
            Locked: another process has it.
        """
        private_folder(self.root)
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            os.close(descriptor)
            raise Locked(f"{self.root} is in use by another process") from cause
        self._lock = descriptor

    def held(self) -> bool:
        """Return whether another process has the folder."""
        path = self.root / "lock"
        if not path.exists():
            return False
        descriptor = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def unlock(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            (self.root / "server.json").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def announce(self, url: str) -> None:
        """Write down where the server listens, for commands that want to talk to it."""
        address = Address(pid=os.getpid(), url=url)
        write_private(self.root / "server.json", msgspec.json.encode(address))

    def address(self) -> Address | None:
        """Return where a running server listens, if there is one."""
        path = self.root / "server.json"
        if not path.exists():
            return None
        return msgspec.json.decode(path.read_bytes(), type=Address)
