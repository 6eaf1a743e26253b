"""Turns a plain Python loop over arrays into machine code, in one agreed way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def kernel(loop: Loop) -> Loop:
    """Compile a loop with Numba, cached on disk and without holding the interpreter's lock.

    Sums may be taken in another order and with fused multiply-adds, so that they run several at a
    time; infinities and NaN mean what they always mean.

    Args:
        loop: A function of arrays and numbers only.

    Returns:
        The compiled function under the same type, so that callers stay type-checked.
    """
    compiled: Any = numba.njit(
        cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"}
    )(loop)
    kept: Loop = compiled
    return kept


def edition() -> str:
    """Return a short digest of those sources of this room that hold kernels."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for path in sorted([*room.glob("*.py"), *room.glob("[!_]*/*.py")]):
        source = path.read_bytes()
        if b"@kernel" in source or b"NamedTuple" in source:
            digest.update(source)
    return digest.hexdigest()[:12]


# Numba notices a changed file only where the kernel itself stands, not where the kernels that it
# calls stand; a cache folder for each edition of the sources keeps stale machine code away.
if not numba.config.CACHE_DIR:  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = str(  # type: ignore[attr-defined]
        Path(__file__).parent / "__pycache__" / f"kernels-{edition()}"
    )
