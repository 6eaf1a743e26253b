"""Taking turns: long work in the event loop stops now and then, so that answers are not late."""

import asyncio


class Turn:
    """Counts work, and lets others go on whenever a turn's worth of it is done.

    Args:
        worth: how much work a turn is; a few milliseconds of it.
    """

    def __init__(self, worth: int) -> None:
        self._worth = worth
        self._done = 0

    async def done(self, work: int = 1) -> None:
        """Say that some work is done; returns after others had their turn, if it was enough."""
        self._done += work
        if self._done >= self._worth:
            self._done = 0
            await asyncio.sleep(0)
