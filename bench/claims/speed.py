"""How long ten million exposures take, from a Parquet file to a reading."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from bench.claims.claim import Claim

_MADE = """
COPY (
    SELECT i AS user_id,
           CASE WHEN hash(i) % 2 = 0 THEN 'control' ELSE 'new' END AS variant,
           CASE WHEN hash(i, 1) % 10 = 0 THEN (hash(i, 2) % 10000) / 100.0 ELSE 0.0 END AS revenue,
           CASE WHEN hash(i, 1) % 10 = 0 THEN 1 ELSE 0 END AS orders,
           (hash(i, 3) % 10000) / 100.0 AS past,
           TIMESTAMP '2026-01-01' + to_seconds((hash(i, 4) % 1209600)::BIGINT) AS exposed_at
    FROM (SELECT unnest(range({rows})) % {units} AS i)
) TO '{path}'
"""

_READ = """
import resource, sys, time
from tailorbird.measure.analysis import read
from tailorbird.measure.gathering import gather
from tailorbird.measure.metrics import parse_metric
from tailorbird.measure.question import Question
from tailorbird.measure.tables import Table
asked = Question(
    tuple(map(parse_metric, ("revenue:mean", "orders:proportion", "revenue/orders:ratio"))),
    covariates=("past",),
)
began, worked = time.perf_counter(), time.process_time()
reading = read(asked, gather(Table(sys.argv[1], "user_id", "variant", "exposed_at"), asked))
took = time.perf_counter() - began
assert reading.units == int(sys.argv[2]), reading.units
worked = time.process_time() - worked
print(took, worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def claims(rows: int, tries: int = 3) -> Iterator[Claim]:
    """Yield the time to read a file of units, and one in which a tenth of the rows repeat."""
    shapes = (("each unit once", rows), ("a tenth of the rows repeating a unit", rows * 9 // 10))
    with tempfile.TemporaryDirectory(prefix="tailorbird-evidence-") as folder:
        for name, units in shapes:
            path = Path(folder) / f"{units}.parquet"
            duckdb.sql(_MADE.format(rows=rows, units=units, path=path))
            seconds, worked, megabytes = _timed(path, units, tries)
            what = (
                f"{rows:,} exposures from Parquet, {name}; three metrics, a covariate, days; "
                f"{os.cpu_count()} cores"
            )
            found = f"{seconds:.1f} s, {worked:.1f} s of one core, {megabytes:,.0f} MiB at most"
            yield Claim("speed", what, "stated", found, None)


def _timed(path: Path, units: int, tries: int) -> tuple[float, float, float]:
    """Return medians of seconds and of work, and the most memory, each run in its own process."""
    told = []
    for _ in range(tries):
        done = subprocess.run(
            [sys.executable, "-c", _READ, path, str(units)],
            capture_output=True,
            text=True,
            check=True,
        )
        told.append([float(one) for one in done.stdout.split()])
        time.sleep(0.1)
    medians = [statistics.median(one[at] for one in told) for at in (0, 1)]
    return medians[0], medians[1], max(one[2] for one in told)
