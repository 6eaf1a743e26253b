"""Forgetting in derived state: those who stay become what they are without the erased."""

from collections.abc import Sequence
from typing import Any

from tailorbird.flow.ports import ForgettingState
from tailorbird.flow.splitting import Splitter
from tailorbird.spine.ids import IdentifierKey


class Forgetter:
    """Derived state as the officer erases it; the log must have been erased before.

    Who shared a browser with somebody erased was marked by that: a login refused, a history kept
    apart. They are folded anew from what is left, so that a replay would make the same of them.
    """

    def __init__(self, state: ForgettingState, splitter: Splitter) -> None:
        self._state = state
        self._splitter = splitter

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        """Forget people; return how many values went."""
        async with self._splitter.alone:
            # A split that began before the log was erased has ended; a later one finds nothing.
            met = await self._state.met_by(keys)
        gone = await self._state.erase(keys)
        async with self._splitter.alone:
            await self._splitter.refold(met, self._state.offset)
            await self._state.mark(self._state.offset)
        await self._state.flush()
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, Any]]:
        """Return what is held on people."""
        return await self._state.export(keys)
