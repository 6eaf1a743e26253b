"""What the registry needs from outside: cards and pointers to list, versions to put in shadow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tailorbird.predict.predictor import Trained
from tailorbird.predict.registry.card import Act, Card, Status


class Registered(Protocol):
    """Versions as they are listed."""

    def cards(self) -> Sequence[Card]: ...

    def acts(self) -> Sequence[Act]: ...

    def status(self, name: str) -> Status: ...


class Versioned(Registered, Protocol):
    """Versions of any kind, as somebody looks after them."""

    def read(self, name: str) -> object: ...

    def promote(self, name: str, at_ms: int, why: str) -> None: ...

    def rollback(self, at_ms: int, why: str) -> str: ...


class Shadowed(Protocol):
    """Which version is in shadow, and a place for what is seen of those at work."""

    def challenger(self) -> str | None: ...

    def read(self, name: str) -> Trained: ...

    def cards(self) -> Sequence[Card]: ...

    def read_watch(self) -> bytes | None: ...

    def write_watch(self, content: bytes) -> None: ...


class OrderShelf(Protocol):
    """Which version is in shadow, cards, and small files for what is seen of those at work."""

    def challenger(self) -> str | None: ...

    def read(self, name: str) -> Trained: ...

    def card(self, name: str) -> Card | None: ...

    def note(self, file: str, content: bytes) -> None: ...

    def noted(self, file: str) -> bytes | None: ...


class Serving(Protocol):
    """Which version is to serve, and that version or the last good one."""

    def current(self) -> str | None: ...

    def load(self) -> Trained | None: ...
