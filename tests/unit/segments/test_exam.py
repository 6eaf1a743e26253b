"""Segments on real invoices: from one day to the next people stay where they are."""

import os
from pathlib import Path

import pytest

from tailorbird.segments.exam import examine_segments

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.long
@pytest.mark.skipif(
    not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
)
def test_a_day_apart_nine_in_ten_pairs_of_people_are_parted_alike() -> None:
    found = [one.stability for one in examine_segments(DATA).days]
    assert min(one for one in found if one is not None) >= 0.9
