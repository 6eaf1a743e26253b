"""Servers that start in a tenth of a second, for tests that kill many."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.live import Server

_ROOT = Path(__file__).resolve().parents[2]
_ENDING_S = 30.0


class WarmServer(Server):
    """A server that a zygote forks.

    Args:
        folder: the data folder.
        orders: the zygote's input.
        answers: its output.
    """

    def __init__(self, folder: Path, orders: IO[str], answers: IO[str]) -> None:
        super().__init__(folder)
        self._orders = orders
        self._answers = answers
        self._pid: int | None = None

    def spawn(self) -> None:
        """Start it, and return at once."""
        order = {"data": str(self.folder), "port": self.port, "output": str(self.output)}
        self._orders.write(f"{json.dumps(order)}\n")
        self._orders.flush()
        self._pid = int(self._answers.readline())

    def alive(self) -> bool:
        """Return whether its process runs."""
        return self._pid is not None and Path(f"/proc/{self._pid}").exists()

    def end(self, how: signal.Signals) -> None:
        """Send its process a signal, and return once it has ended."""
        if self._pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, how)
        deadline = time.monotonic() + _ENDING_S
        while self.alive():
            assert time.monotonic() < deadline, f"{self._pid} does not end"
            time.sleep(0.002)
        self._pid = None


@contextlib.contextmanager
def warm_server(folder: Path) -> Iterator[WarmServer]:
    """Lend a server that is not started yet; it ends with the block."""
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.zygote"],
        cwd=_ROOT,
        # One thread, so that forking is safe.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "default"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        server = WarmServer(folder, zygote.stdin, zygote.stdout)
        try:
            yield server
        finally:
            server.kill()
            zygote.stdin.close()
