"""What telling the key figures takes: `python -m bench.kpis --people 98000` is a million events.

The shop is the one of `bench.own_reading`. The command that a marketer runs is run, in a process of
its own, and its seconds, its seconds of work and its memory are told.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.own_reading import fill


def main() -> None:
    """Fill a folder, tell its key figures by each dimension, and print what that took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=98_000)
    asked.add_argument("--folder", type=Path, help="kept, and used again where it is filled")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="tailorbird-kpis-") as place:
        folder = options.folder or Path(place) / "data"
        if not folder.exists():
            fill(folder, options.people, 8, np.random.default_rng(1))
        for by in ("placement", "channel"):
            wall, worked, most = _told(folder, by)
            print(f"by {by}: {wall:.1f} s, {worked:.1f} s of work, {most:,.0f} MiB at most")


def _told(folder: Path, by: str) -> tuple[float, float, float]:
    """Return seconds, seconds of work and MiB at most, of one run of the command."""
    command = [sys.executable, "-m", "tailorbird.cli.main", "kpis", "--by", by, "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([*command, "--data", folder], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, worked, after.ru_maxrss / 1024


if __name__ == "__main__":
    main()
