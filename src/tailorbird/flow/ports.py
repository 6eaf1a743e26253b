"""What the corridor needs from outside: derived state that changes in whole steps."""

from typing import Protocol


class Checkpoint(Protocol):
    """Derived state, and the offset of the log that it reflects."""

    @property
    def offset(self) -> int: ...

    @property
    def dirty(self) -> int: ...

    async def mark(self, offset: int) -> None: ...

    async def abandon(self) -> None: ...

    async def flush(self) -> None: ...
