"""Names of decisions: random, unguessable, and cheap, since every answer needs one."""

import os

_BYTES = 8
_AT_ONCE = 512


class Names:
    """Hands out names such as `d_5f0c…`; randomness is fetched for many at once."""

    def __init__(self) -> None:
        self._spare: list[str] = []

    def next(self) -> str:
        """Return a name that was never given before."""
        if not self._spare:
            luck = os.urandom(_BYTES * _AT_ONCE).hex()
            width = 2 * _BYTES
            self._spare = [luck[at : at + width] for at in range(0, len(luck), width)]
        return f"d_{self._spare.pop()}"
