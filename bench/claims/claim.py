"""A claim, measured: what is promised, what was found, and whether it holds."""

import os
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
ALPHA = 0.05


class Claim(msgspec.Struct, frozen=True):
    """One row of the table of evidence.

    Attributes:
        topic: What it is about.
        what: What was done, in words.
        wanted: What is promised.
        found: What was measured.
        holds: Whether the promise is kept; None where nothing is promised.
    """

    topic: str
    what: str
    wanted: str
    found: str
    holds: bool | None


def data(path: str) -> Path:
    """Return a file of the shared data."""
    root = Path(os.environ.get("TAILORBIRD_DATA_ROOT", ROOT.parent / "shared" / "data"))
    return root / path
