"""Errands: long work that a door asks for, done by a command in a process of its own.

Reading an experiment or the KPIs goes through the whole log: no answer may wait for that.
"""

import asyncio
import importlib.util

from tailorbird.settings import Settings
from tailorbird.spine.apart import apart
from tailorbird.spine.errors import BadRequest, TailorbirdError
from tailorbird.spine.ids import WorkspaceId

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

    async def measured(self, *words: str, of: WorkspaceId) -> bytes:
        """Return the JSON that a command prints which reads a shop's own numbers.

        Args:
            words: of the command; `--json`, data folder and workspace left out.
            of: the workspace.

        Raises:
            MeasureMissing: what it needs is not installed.
            ErrandFailed: it says why it cannot answer.
        """
        if any(importlib.util.find_spec(name) is None for name in _NEEDED):
            raise MeasureMissing
        where = ("--data", self._settings.data, "--workspace", of)
        async with self._alone:
            ended = await apart(*words, *where, "--json")
        if ended.code:
            lines = ended.said.splitlines() or ["It failed."]
            raise ErrandFailed(lines[0], remedy=lines[-1])
        return ended.told.strip()
