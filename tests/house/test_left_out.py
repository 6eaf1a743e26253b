"""Tests that read public data are left out where there is none, which is said; else they run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
_READS_DATA = "tests/unit/collect/sources/test_real_files.py"


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**os.environ, "TAILORBIRD_DATA_ROOT": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_left_out_for_want_of_data_is_listed_and_nothing_fails(tmp_path: Path) -> None:
    done = run(tmp_path / "absent", _READS_DATA)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "left out for want of data" in done.stdout
    assert f"of {_READS_DATA}" in done.stdout


def test_where_the_data_is_there_to_say_it_is_not_is_a_failure(tmp_path: Path) -> None:
    liar = ROOT / "tests" / "house" / "liar.py"
    done = run(tmp_path, str(liar))
    assert (done.returncode, "Tests were left out" in done.stdout) == (1, True)
