"""A fresh site for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.dashboard.visiting import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Lend a site without keys, items or events."""
    lent = Site(tmp_path / "data")
    yield lent
    lent.close()
