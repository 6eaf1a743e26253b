"""A command of ours in a process of its own, that steps back for whoever serves beside it.

Long work over a whole log, done in the process that serves, would hold up every answer. As a
command it only reads files, has memory of its own, and gives way where processors are few.
"""

import asyncio
import os
import sys
from typing import NamedTuple

_NICE = 10


class Ended(NamedTuple):
    """How a command ended: its exit code, what it told, and what it complained of."""

    code: int
    told: bytes
    said: str


async def apart(*words: str) -> Ended:
    """Run `tailorbird WORDS` in a process of its own; it is ended if nobody waits any longer.

    Args:
        words: of the command.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tailorbird.cli.main", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_step_back,
    )
    try:
        told, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    return Ended(process.returncode or 0, told, said.decode("utf-8", "replace").strip())


def _step_back() -> None:
    os.nice(_NICE)
