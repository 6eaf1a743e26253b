"""Upkeep: the tasks that keep a workspace's models fresh while it serves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger("tailorbird.upkeep")

_REST_S = 0.1  # for whoever else wants to write


async def once(work: Callable[[], Awaitable[None]], name: str) -> None:
    """Do something beside serving; a failure is logged, and serving goes on.

    One of the few places that may catch everything: answers do not depend on what is met here.
    """
    try:
        await work()
    except Exception:
        log.exception("upkeep.failed task=%s", name)


async def until_none(sweep: Callable[[], Awaitable[int]]) -> int:
    """Sweep batch by batch, with a rest after each, until one finds nothing; return how many.

    Args:
        sweep: takes away one batch, and returns how many it took.
    """
    total = 0
    while gone := await sweep():
        total += gone
        await asyncio.sleep(_REST_S)
    return total


async def every(seconds: float, work: Callable[[], Awaitable[None]], name: str) -> None:
    """Do something again and again; whatever a round meets, the next one comes.

    Args:
        seconds: between the end of one round and the start of the next.
        work: what to do.
        name: how the log calls it.
    """
    while True:
        await asyncio.sleep(seconds)
        await once(work, name)
