"""Look-alikes by words and facets: new items find their place without a refit."""

from pathlib import Path

import numpy as np

from tailorbird.predict.content import Description
from tailorbird.predict.lookalikes import Lookalikes, fit_lookalikes, load_lookalikes

SHELF = [
    Description("steel gas kettle for two", (("category", "Kitchen > Kettles"),)),
    Description("electric kettle with thermometer", (("category", "Kitchen > Kettles"),)),
    Description("two person tent for rain", (("category", "Camping > Tents"),)),
    Description("family tent with porch", (("category", "Camping > Tents"),)),
]
NEWCOMER = Description("light tent for one person in the rain", (("category", "Camping > Tents"),))


def test_what_reads_alike_stands_first() -> None:
    found = fit_lookalikes(SHELF)
    assert found.neighbors.codes[0][0] == 1
    assert found.neighbors.codes[2][0] == 3


def test_a_new_item_has_neighbors_at_once() -> None:
    found = fit_lookalikes(SHELF).with_items({4: NEWCOMER})
    assert set(found.neighbors.codes[4][:2].tolist()) == {2, 3}


def test_a_new_item_is_met_beside_those_it_resembles() -> None:
    found = fit_lookalikes(SHELF).with_items({4: NEWCOMER})
    assert 4 in found.neighbors.codes[2].tolist()
    assert (np.diff(found.neighbors.scores[2]) <= 0).all()


def test_the_old_look_alikes_stay_as_they_were() -> None:
    before = fit_lookalikes(SHELF)
    codes = before.neighbors.codes.copy()
    before.with_items({4: NEWCOMER})
    assert np.array_equal(before.neighbors.codes, codes)


def test_codes_may_leave_gaps() -> None:
    found = fit_lookalikes(SHELF).with_items({6: NEWCOMER})
    assert found.neighbors.codes.shape[0] == 7
    assert (found.neighbors.codes[5] == -1).all()


def test_look_alikes_survive_being_written_down(tmp_path: Path) -> None:
    before = fit_lookalikes(SHELF)
    before.save(tmp_path)
    after: Lookalikes = load_lookalikes(tmp_path)
    assert np.array_equal(after.neighbors.codes, before.neighbors.codes)
    assert np.array_equal(
        after.with_items({4: NEWCOMER}).neighbors.codes,
        before.with_items({4: NEWCOMER}).neighbors.codes,
    )
