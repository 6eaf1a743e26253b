"""Large pages: a server's memory in blocks of two megabytes, so that it is found with less effort.

A decision reads a person, items and answers that lie all over the memory of the process. In pages
of four kilobytes the processor must look up where nearly each of them is; in large ones it knows by
heart. Linux puts pages together when it is asked to (`MADV_COLLAPSE`, since 6.1); it is asked a
little at a time, since whoever needs a block just then waits for it some milliseconds.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger("tailorbird.serve")

BLOCK = 2 * 1024 * 1024
_PAGES = 512
_COLLAPSE = 25  # MADV_COLLAPSE of <sys/mman.h>
_MAPS = Path("/proc/self/maps")
_PAUSE_S = 0.02
_RESTS_S = (0.0, 5.0, 15.0, 60.0)  # memory grows most while people are read in
_LATER_S = 600.0


class Pass(NamedTuple):
    """What one pass over the memory came to: blocks put together, and blocks that were refused."""

    together: int
    refused: int


def blocks(maps: Iterable[str]) -> Iterator[int]:
    """Yield the addresses of all whole blocks of private memory that belongs to no file.

    Args:
        maps: the lines of `/proc/PID/maps`.
    """
    for line in maps:
        where, rights, _, _, inode, *name = line.split()
        if inode != "0" or not rights.startswith("rw-p") or (name and name[0] != "[heap]"):
            continue
        start, end = (int(bound, 16) for bound in where.split("-"))
        yield from range(-(-start // BLOCK) * BLOCK, end // BLOCK * BLOCK, BLOCK)


class Memory:
    """The memory of this process, as the system's library tells of it."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._present = (ctypes.c_ubyte * _PAGES)()

    def used(self, block: int) -> bool:
        """Return whether at least half of a block is in use; the rest would be filled in vain."""
        if self._libc.mincore(ctypes.c_void_p(block), ctypes.c_size_t(BLOCK), self._present):
            return False
        return sum(bytes(self._present)) >= _PAGES // 2

    def collapse(self, block: int) -> int:
        """Put the pages of a block together; return 0, or the system's error number."""
        where, size = ctypes.c_void_p(block), ctypes.c_size_t(BLOCK)
        return ctypes.get_errno() if self._libc.madvise(where, size, _COLLAPSE) else 0


def put_together(stop: threading.Event) -> Pass:
    """Put together what can be, block by block, with a pause after each; runs in a thread.

    Args:
        stop: ends the pass early.
    """
    memory, together, refused = Memory(), 0, 0
    for block in list(blocks(_MAPS.read_text("utf-8").splitlines())):
        if not memory.used(block):
            continue
        error = memory.collapse(block)
        together, refused = together + (not error), refused + bool(error)
        if stop.wait(_PAUSE_S):
            break
    return Pass(together, refused)


async def keep_large() -> None:
    """Put memory together now and then until cancelled; where the system refuses, only once."""
    if sys.platform != "linux":
        return
    stop = threading.Event()
    try:
        for rest_s in chain(_RESTS_S, repeat(_LATER_S)):
            await asyncio.sleep(rest_s)
            done = await asyncio.to_thread(put_together, stop)
            log.info("large_pages blocks=%d refused=%d", *done)
            if done.refused and not done.together:
                return
    finally:
        stop.set()
