"""Upkeep: sweeps end when nothing is left, and rest between batches."""

import asyncio

import pytest

from tailorbird.flow import upkeep


class Dust:
    """So much to take away, two at a time."""

    def __init__(self, left: int) -> None:
        self.left = left

    async def sweep(self) -> int:
        """Take away a batch."""
        gone = min(2, self.left)
        self.left -= gone
        return gone


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_REST_S", 0.0)


def test_a_sweep_goes_on_until_nothing_is_left() -> None:
    dust = Dust(5)
    assert (asyncio.run(upkeep.until_none(dust.sweep)), dust.left) == (5, 0)


def test_where_nothing_lies_nothing_is_swept() -> None:
    assert asyncio.run(upkeep.until_none(Dust(0).sweep)) == 0
