"""Descriptions tell which items are alike, also for an item that nobody has met."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.predict.content import (
    Description,
    Reading,
    facet_values,
    fit_content,
    words,
)

SHOP = [
    Description("Trail tent for two", (("brand", "Alp"), ("category", "Camping > Tents"))),
    Description("Family tent for four", (("brand", "Alp"), ("category", "Camping > Tents"))),
    Description("Gas stove", (("brand", "Alp"), ("category", "Camping > Stoves"))),
    Description("Silver ring", (("brand", "Luna"), ("category", "Jewelry > Rings"))),
]


def test_the_most_alike_item_comes_first_and_never_itself() -> None:
    found = fit_content(SHOP).neighbors(3)
    assert found.codes[0, 0] == 1
    assert found.codes[0, 1] == 2
    assert all(row not in found.codes[row] for row in range(4))


def test_likeness_is_between_nothing_and_one() -> None:
    found = fit_content([*SHOP, SHOP[0]]).neighbors(4)
    assert found.scores.min() >= 0.0
    assert found.scores[0, 0] == pytest.approx(1.0, abs=1e-5)


def test_a_new_item_has_neighbors_without_a_refit() -> None:
    model = fit_content(SHOP)
    stranger = Description("Winter tent", (("category", "Camping > Tents"),))
    assert set(model.nearest_to(stranger, 2).codes[0].tolist()) == {0, 1}
    grown = model.with_item(stranger)
    assert 4 in grown.neighbors(4).codes[0]
    assert model.rows.shape[0] == 4


def test_an_item_that_says_nothing_has_no_neighbors() -> None:
    assert fit_content([*SHOP, Description("")]).neighbors(2).codes[4].tolist() == [-1, -1]


def test_an_empty_catalog_is_no_mistake() -> None:
    assert fit_content([]).neighbors(3).codes.shape == (0, 3)


def test_a_category_path_speaks_on_every_level() -> None:
    assert facet_values("category", "Camping > Tents") == [
        "category=camping",
        "category=camping > tents",
    ]


def test_runs_of_characters_join_words_of_one_root() -> None:
    assert words("Zelt") == ["zelt"]
    assert set(words("Zelte", 4)) & set(words("Zelt", 4))


def test_a_shop_can_bring_its_own_embedding() -> None:
    def warm_or_cold(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "ring" in one else [0.0, 1.0] for one in texts], np.float32)

    plain = fit_content(SHOP).neighbors(3)
    led = fit_content(SHOP, Reading(embed=warm_or_cold, embed_weight=3.0)).neighbors(3)
    assert led.scores[0, 1] > plain.scores[0, 1]
    assert 3 not in led.codes[0, :2]
