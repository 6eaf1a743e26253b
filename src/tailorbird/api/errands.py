"""Errands: long work that a door asks for, done by a command in a process of its own.

Reading an experiment goes through the whole log. In this process it would hold up every answer
beside it; as a command it only reads files, and steps back for whoever serves.
"""

import asyncio
import importlib.util
import os
import sys

from tailorbird.settings import Settings
from tailorbird.spine.errors import BadRequest, TailorbirdError

_NICE = 10
_NEEDED = ("ibis", "duckdb", "pyarrow", "tea_tasting")


class MeasureMissing(TailorbirdError):
    """Reading experiments needs the extra `measure`, which is not installed here."""

    status = 501
    remedy = "Install it with `pip install 'tailorbird[measure]'`, and start the server again."


class ErrandFailed(BadRequest):
    """What was asked for cannot be read."""


class Errands:
    """Runs commands over a data folder, one after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._alone = asyncio.Lock()

    async def measured(self, *arguments: str) -> bytes:
        """Return the JSON that `tailorbird experiment …` prints.

        Args:
            arguments: of the command, `--json` left out.

        Raises:
            MeasureMissing: what it needs is not installed.
            ErrandFailed: it says why it cannot answer.
        """
        if any(importlib.util.find_spec(name) is None for name in _NEEDED):
            raise MeasureMissing
        command = [sys.executable, "-m", "tailorbird.cli.main", "experiment", *arguments, "--json"]
        command += ["--data", self._settings.data]
        async with self._alone:
            process = await asyncio.create_subprocess_exec(
                *command,
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
        if process.returncode:
            lines = said.decode("utf-8", "replace").strip().splitlines() or ["It failed."]
            raise ErrandFailed(lines[0], remedy=lines[-1])
        return told


def _step_back() -> None:
    os.nice(_NICE)
