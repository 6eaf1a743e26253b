"""The generated shop: believable, complete, and the same for the same seed."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tailorbird.simulate.families import vocabulary
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.spine.clock import DAY_MS, parse_time_ms
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import ItemId

NOW_MS = 1_795_000_000_000


@cache
def a_shop(seed: int = 1, size: int = 600) -> Shop:
    return make_shop(np.random.default_rng(seed), NOW_MS, size)


def words_of(item: dict[str, Any]) -> set[str]:
    text = f"{item['title']} {item['description']}"
    return {word for word in text.lower().replace(",", " ").replace(".", " ").split() if word[3:]}


def likeness(one: dict[str, Any], other: dict[str, Any]) -> float:
    a, b = words_of(one), words_of(other)
    return len(a & b) / len(a | b)


def price_paid(item: dict[str, Any]) -> float:
    return float(item.get("salePrice", item["price"]))


def test_the_same_seed_makes_the_same_shop() -> None:
    again = make_shop(np.random.default_rng(1), NOW_MS, 600)
    assert again.items == a_shop().items
    assert again.truths == a_shop().truths
    assert again.kin == a_shop().kin


def test_another_seed_makes_another_shop() -> None:
    assert a_shop(2).items != a_shop(1).items


@pytest.mark.parametrize("size", [54, 100, 601, 3_000])
def test_a_shop_has_as_many_items_as_asked_for(size: int) -> None:
    shop = a_shop(3, size)
    assert len(shop.items) == len(shop.codes) == len(shop.truths) == size


def test_a_shop_smaller_than_its_families_is_refused() -> None:
    with pytest.raises(BadRequest, match="families"):
        make_shop(np.random.default_rng(1), NOW_MS, 10)


def test_every_item_has_the_fields_of_the_contract() -> None:
    words = {"id", "title", "description", "url", "image", "category", "brand", "vendor", "tags"}
    trade = {"price", "currency", "cost", "stock", "attributes", "publishedAt"}
    optional = {"salePrice", "groupId"}
    for item in a_shop().items:
        assert words | trade <= set(item) <= words | trade | optional


def test_items_survive_json() -> None:
    items = a_shop().items
    assert json.loads(json.dumps(items)) == list(items)


def test_codes_are_places_in_the_shop() -> None:
    shop = a_shop()
    assert [shop.codes[item["id"]] for item in shop.items] == list(range(600))
    assert [truth.code for truth in shop.truths] == list(range(600))


def test_a_sale_price_is_below_the_price_and_only_on_some() -> None:
    on_sale = [item for item in a_shop().items if "salePrice" in item]
    assert 30 < len(on_sale) < 200
    assert all(0 < item["salePrice"] < item["price"] for item in on_sale)


def test_every_item_earns_something() -> None:
    assert all(item["cost"] < price_paid(item) for item in a_shop().items)


def test_a_few_items_are_sold_out_and_a_few_are_new() -> None:
    items = a_shop().items
    published = [parse_time_ms(item["publishedAt"]) for item in items]
    assert 3 < sum(item["stock"] == 0 for item in items) < 60
    assert 1 < sum(at > NOW_MS - 7 * DAY_MS for at in published) < 60
    assert NOW_MS - 731 * DAY_MS < min(published) < max(published) <= NOW_MS


def test_variants_share_group_and_price_but_not_color() -> None:
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in a_shop().items:
        if "groupId" in item:
            groups.setdefault(item["groupId"], []).append(item)
    assert len(groups) > 20
    for variants in groups.values():
        assert len(variants) > 1
        assert len({item["price"] for item in variants}) == 1
        assert len({item["attributes"]["color"] for item in variants}) == len(variants)


def test_words_tell_families_apart() -> None:
    shop = a_shop()
    rng = np.random.default_rng(5)
    near, far = [], []
    for code in rng.integers(600, size=300).tolist():
        item = shop.items[code]
        near.append(likeness(item, shop.items[shop.kin.substitutes[code][0]]))
        far.append(likeness(item, shop.items[int(rng.integers(600))]))
    assert np.mean(near) > 3 * np.mean(far)


def test_complements_are_mutual_and_of_other_families() -> None:
    shop = a_shop()
    for code, others in enumerate(shop.kin.complements):
        for other in others:
            assert code in shop.kin.complements[other]
            assert shop.truths[other].family != shop.truths[code].family


def test_complements_come_from_families_that_go_along() -> None:
    shop = a_shop()
    families = vocabulary().families
    for code, others in enumerate(shop.kin.complements):
        own = families[shop.truths[code].family]
        for other in others:
            theirs = families[shop.truths[other].family]
            assert theirs.name in own.complements or own.name in theirs.complements


def test_substitutes_are_of_the_same_family_and_nearest_line_first() -> None:
    shop = a_shop()
    for code, others in enumerate(shop.kin.substitutes):
        assert code not in others
        assert {shop.truths[other].family for other in others} == {shop.truths[code].family}
        assert shop.truths[others[0]].line == shop.truths[code].line or len(others) < 12


def test_kin_can_be_asked_for_by_id() -> None:
    shop = a_shop()
    assert all(item.startswith("tent-0") for item in shop.substitutes_of(ItemId("tent-001")))
    assert any("sleeping-bag" in item for item in shop.complements_of(ItemId("tent-001")))


def test_every_family_that_goes_along_exists() -> None:
    names = {family.name for family in vocabulary().families}
    assert all(set(family.complements) <= names for family in vocabulary().families)


def test_pictures_are_small_drawings() -> None:
    images = [item["image"] for item in a_shop().items]
    assert all(image.startswith("data:image/svg+xml,%3Csvg") for image in images)
    assert max(map(len, images)) < 1_000
