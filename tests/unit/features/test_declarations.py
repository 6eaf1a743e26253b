"""Every feature is what its declaration says: its type, and what it may depend on."""

import math

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from tailorbird.catalog.items import Item
from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.moment import Moment
from tailorbird.features.store import FEATURES, UnknownFeature, features_of, named, numbers, values
from tailorbird.profile.fold import fold_many
from tailorbird.profile.presence import Presence
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId
from tests.makers import HOUR, NOON_MS, an_event, an_item, an_order
from tests.unit.profile.strategies import histories

_TYPES = {Kind.INTEGER: int, Kind.NUMBER: float, Kind.TEXT: str, Kind.FLAG: bool}
_FACETS = ("category:Camping", "category:Camping > Tents", "brand:msr")
_TENT = Item(ItemId("item-0"), price_minor=9_000, sale_price_minor=6_000, cost_minor=4_000, stock=3)
_OF_PEOPLE = features_of(Entity.PERSON, Entity.SESSION, Entity.PAIR)


def at_noon(profile: Profile, item: Item | None = _TENT) -> Moment:
    return Moment(NOON_MS + HOUR // 4, profile, ItemId("item-0"), _FACETS, item)


def by_name(name: str, profile: Profile, item: Item | None = _TENT) -> Value:
    return named([name])[0].of(at_noon(profile, item))


def test_no_two_features_share_a_name() -> None:
    assert len({one.name for one in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
def test_a_declaration_is_a_sentence(feature: Feature) -> None:
    assert feature.says[0].isupper()
    assert feature.says.endswith(".")


@given(histories)
@settings(max_examples=60, deadline=None)
def test_a_value_has_the_type_that_its_feature_declares(history: list[Event]) -> None:
    moment = at_noon(fold_many(EMPTY, history))
    odd = {
        one.name: value
        for one in FEATURES
        if (value := one.of(moment)) is not None and type(value) is not _TYPES[one.kind]
    }
    assert odd == {}


@given(histories, histories)
@settings(max_examples=80, deadline=None)
def test_a_feature_reads_nothing_but_what_it_declares(
    ours: list[Event], other: list[Event]
) -> None:
    profile, stranger = fold_many(EMPTY, ours), fold_many(EMPTY, other)
    moved = {
        one.name
        for one in _OF_PEOPLE
        if one.of(at_noon(profile)) != one.of(at_noon(_hybrid(profile, stranger, one.reads)))
    }
    assert moved == set()


def _hybrid(profile: Profile, stranger: Profile, reads: tuple[str, ...]) -> Profile:
    """Return a stranger with the declared parts of a profile."""
    whole = {part: getattr(profile, part) for part in reads if "." not in part}
    parts = [part.partition(".")[2] for part in reads if part.startswith("presence.")]
    presence: Presence = whole.get("presence", stranger.presence)
    whole["presence"] = replace(
        presence, **{part: getattr(profile.presence, part) for part in parts}
    )
    return replace(stranger, **whole)


def test_features_of_an_item_read_nothing_of_a_person() -> None:
    somebody = fold_many(EMPTY, [an_event("Product Viewed", an_item("item-0"))])
    ours = features_of(Entity.ITEM)
    assert values(ours, at_noon(somebody)) == values(ours, at_noon(EMPTY))


def test_an_item_is_cheaper_by_the_share_of_its_sale() -> None:
    assert by_name("item_discount", EMPTY) == pytest.approx(1 / 3)


def test_the_margin_is_of_what_it_costs_today() -> None:
    assert by_name("item_margin", EMPTY) == pytest.approx(1 / 3)


def test_of_an_item_that_the_catalog_does_not_know_nothing_is_known() -> None:
    assert set(values(features_of(Entity.ITEM), at_noon(EMPTY, None)).values()) == {None}


def test_the_days_between_orders_are_those_from_the_first_to_the_last() -> None:
    orders = [an_order(at=NOON_MS - days * 24 * HOUR) for days in (30, 20, 0)]
    assert by_name("days_between_orders", fold_many(EMPTY, orders)) == 15.0


def test_who_ordered_once_has_no_days_between_orders() -> None:
    assert by_name("days_between_orders", fold_many(EMPTY, [an_order()])) is None


def test_an_item_in_the_cart_is_counted_for_its_pair() -> None:
    added = an_event("Product Added", an_item("item-0", price=90, quantity=2))
    assert by_name("item_in_cart", fold_many(EMPTY, [added])) == 2


def test_a_fit_is_the_share_of_the_narrowest_category() -> None:
    tents = [an_event("Product Viewed", an_item(f"i{n}")) for n in range(3)]
    stove = an_event("Product Viewed", an_item("s", category="Camping > Stoves"))
    assert by_name("category_fit", fold_many(EMPTY, [*tents, stove])) == pytest.approx(0.75)


def test_models_get_numbers_and_nan_for_what_is_unknown() -> None:
    wanted = named(["orders", "days_since_last_order", "session_active"])
    row = numbers(wanted, [at_noon(EMPTY)])[0]
    assert row[0] == 0.0
    assert math.isnan(row[1])
    assert row[2] == 0.0


def test_models_get_no_texts() -> None:
    with pytest.raises(ValueError, match="device"):
        numbers(named(["device"]), [])


def test_an_unknown_feature_is_named() -> None:
    with pytest.raises(UnknownFeature, match="shoe_size"):
        named(["shoe_size"])
