"""What access needs from outside: a place for keys."""

from typing import Protocol

from tailorbird.access.keys import Key


class KeyRing(Protocol):
    """Where keys are kept; shared by every process of an install."""

    def find(self, text: str) -> Key | None: ...

    def add(self, key: Key, text: str) -> None: ...

    def all(self) -> list[Key]: ...

    def revoke(self, key_id: str, at_ms: int) -> bool: ...

    def close(self) -> None: ...
