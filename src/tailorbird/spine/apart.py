"""A command of ours in a process of its own, that steps back for whoever serves beside it.

Long work over a whole log, done in the process that serves, would hold up every answer. As a
command it only reads files, has memory of its own, and gives way where processors are few.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from typing import NamedTuple

_NICE, _NICEST = 10, 19


class Ended(NamedTuple):
    """How a command ended: its exit code, what it told, and what it complained of."""

    code: int
    told: bytes
    said: str


async def apart(*words: str, idle: bool = False) -> Ended:
    """Run `tailorbird WORDS` in a process of its own; it is ended if nobody waits any longer.

    Args:
        words: of the command.
        idle: only in time that nobody else wants; for what nobody waits for.
    """
    # Not by asyncio: under uvloop it copies the page tables of all that the server has in memory,
    # which stops everything for tens of milliseconds, and again at each page that is written after.
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - begun in a millisecond; ours
        [sys.executable, "-m", "tailorbird.cli.main", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    step_back(process.pid, idle=idle)
    try:
        told, said = await asyncio.to_thread(process.communicate)
    except asyncio.CancelledError:
        process.terminate()
        await asyncio.to_thread(process.wait)
        raise
    return Ended(process.returncode, told, said.decode("utf-8", "replace").strip())


def step_back(pid: int, *, idle: bool = False) -> None:
    """Let a process that has just begun give way to others.

    Args:
        pid: which; what it begins later inherits this.
        idle: run only where a processor has nothing else to do. Where the system does not know
            that, or does not allow it, it is as polite as any.
    """
    with contextlib.suppress(ProcessLookupError):  # ended already
        politeness = os.getpriority(os.PRIO_PROCESS, pid) + _NICE
        os.setpriority(os.PRIO_PROCESS, pid, min(politeness, _NICEST))
        if idle and hasattr(os, "SCHED_IDLE"):
            with contextlib.suppress(PermissionError):  # some containers forbid it
                os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
