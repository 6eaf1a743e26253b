"""What is committed runs anywhere: it names no registry and no path of one machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MOST_BYTES = 2_000_000

# Spelled so that this file does not hold what it looks for.
_NOWHERE_ELSE = re.compile(
    rb"registry\.npmjs|pypi\.org/simple|pythonhosted\.org|/ro" + rb"ot/|/wo" + rb"rk/(main|shared)"
)


def test_no_committed_file_names_a_registry_or_a_path_of_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    assert len(files) > 100
    bound = {
        str(path.relative_to(ROOT)): found.group().decode()
        for path in files
        if path.exists() and path.stat().st_size < _MOST_BYTES
        for found in [_NOWHERE_ELSE.search(path.read_bytes())]
        if found and path != Path(__file__).resolve()
    }
    assert bound == {}
