"""Which version of the models serves, which is in shadow, and what was done with each, and why."""

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.predict.registry.card import Act, Status
from tailorbird.spine.private import private_folder, write_private

log = logging.getLogger("tailorbird.models")

_CURRENT, _CHALLENGER, _ACTS = "current", "challenger", "acts.json"
_ACTS_KEPT = 500
_PROMOTED, _REJECTED, _WITHDRAWN = "promoted", "rejected", "withdrawn"


class Pointers:
    """The small files beside the versions of one workspace; each is replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def current(self) -> str | None:
        """The name of the folder that is to serve."""
        return self._pointed(_CURRENT)

    @property
    def challenger(self) -> str | None:
        """The name of the folder that is scored beside it."""
        return self._pointed(_CHALLENGER)

    def promote(self, name: str, at_ms: int, why: str) -> None:
        """Let a version serve; it leaves the shadow."""
        self.write(_CURRENT, folder_of(name).encode())
        if self.challenger == folder_of(name):
            self.write(_CHALLENGER, b"")
        self._note(Act(at_ms, _PROMOTED, name, why))

    def reject(self, name: str, at_ms: int, why: str) -> None:
        """Note that a version may not serve."""
        self._note(Act(at_ms, _REJECTED, name, why))

    def shadow(self, name: str | None, at_ms: int, why: str) -> None:
        """Put a version in shadow; None ends it."""
        before = self.challenger
        self.write(_CHALLENGER, b"" if name is None else folder_of(name).encode())
        act = "left shadow" if name is None else "put in shadow"
        self._note(Act(at_ms, act, name or before or "", why))

    def replace(self, withdrawn: str, name: str, at_ms: int, why: str) -> None:
        """Withdraw the version that serves, and let another serve."""
        self._note(Act(at_ms, _WITHDRAWN, withdrawn, why))
        self.promote(name, at_ms, f"rolled back: {why}")

    def acts(self) -> Sequence[Act]:
        """Return what was done with versions, oldest first."""
        path = self._folder / _ACTS
        try:
            return msgspec.json.decode(path.read_bytes(), type=list[Act])
        except FileNotFoundError:
            return []
        except (msgspec.DecodeError, UnicodeDecodeError) as cause:
            log.warning("models.acts_unreadable: %s", cause)
            return []

    def status(self, name: str) -> Status:
        """Return what a version is to the shop now."""
        if folder_of(name) == self.current:
            return Status.CHAMPION
        if folder_of(name) == self.challenger:
            return Status.CHALLENGER
        last = next((one.act for one in reversed(self.acts()) if one.version == name), "")
        return Status.REJECTED if last in {_REJECTED, _WITHDRAWN} else Status.RETIRED

    def served(self) -> list[str]:
        """Return the versions that were promoted and not withdrawn since, the latest first."""
        found: dict[str, None] = {}
        gone: set[str] = set()
        for one in reversed(self.acts()):
            if one.act == _WITHDRAWN:
                gone.add(one.version)
            elif one.act == _PROMOTED and one.version not in gone:
                found.setdefault(one.version)
        return list(found)

    def write(self, name: str, content: bytes) -> None:
        """Replace one of the small files, whole or not at all."""
        private_folder(self._folder)
        part = self._folder / f"{name}.tmp"
        write_private(part, content)
        part.replace(self._folder / name)

    def _pointed(self, pointer: str) -> str | None:
        path = self._folder / pointer
        return path.read_text("utf-8").strip() or None if path.exists() else None

    def _note(self, act: Act) -> None:
        acts = [*self.acts(), act][-_ACTS_KEPT:]
        self.write(_ACTS, msgspec.json.format(msgspec.json.encode(acts)))


def folder_of(name: str) -> str:
    """Return the name of a version's folder."""
    return name.replace("@", "-")
