"""An environment beside our own, for libraries that want older versions of what we use.

It is made once for each lock file, by hashes; uv is tried first, then pip.
"""

import os
import subprocess
import sys
from pathlib import Path

_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


class NotMade(RuntimeError):
    """The environment could not be made; says what pip said."""


def side_environment(place: Path, lock: Path) -> Path:
    """Return the Python of the environment that a lock file describes; make it where it is not.

    Args:
        place: the folder for it.
        lock: requirements with hashes.

    Raises:
        NotMade: neither uv nor pip could install them.
    """
    python, stamp = place / "bin" / "python", place / "made-of"
    if stamp.exists() and stamp.read_text("utf-8") == lock.read_text("utf-8"):
        return python
    uv = Path(sys.executable).with_name("uv")
    ways: list[list[str | Path]] = [
        [uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", lock],
        [python, *_PIP[1:], "install", "--quiet", "--require-hashes", "-r", lock],
    ]
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)  # noqa: S603
    said = ""
    for words in ways[0 if uv.exists() else 1 :]:
        done = subprocess.run(  # noqa: S603
            words, env={**os.environ, **_index()}, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            stamp.write_text(lock.read_text("utf-8"), "utf-8")
            return python
        said = done.stderr[-1_000:]
    raise NotMade(f"{lock.name} could not be installed: {said}")


def _index() -> dict[str, str]:
    """Return the index that pip was told of, which uv does not ask pip for."""
    if "UV_DEFAULT_INDEX" in os.environ:
        return {}
    for name in ("global.index-url", ":env:.index-url"):
        told = subprocess.run(  # noqa: S603
            [*_PIP, "config", "get", name], capture_output=True, text=True, check=False
        )
        if told.returncode == 0 and told.stdout.strip():
            return {"UV_DEFAULT_INDEX": told.stdout.strip()}
    return {}
