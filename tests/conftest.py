"""Fixtures that tests of several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An install of its own, with nothing in it but keys."""
    opened = Shop(tmp_path / "data")
    yield opened
    opened.close()
