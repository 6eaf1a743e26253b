"""The generated shoppers: many, different, and nobody real."""

from collections import Counter
from functools import cache

import numpy as np

from tailorbird.simulate.families import month_of, vocabulary
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shoppers import Shopper, family_wanted, make_shoppers


@cache
def some_shoppers(seed: int = 1, count: int = 800) -> tuple[Shopper, ...]:
    return make_shoppers(np.random.default_rng(seed), count)


def test_the_same_seed_makes_the_same_shoppers() -> None:
    assert make_shoppers(np.random.default_rng(1), 800) == some_shoppers()


def test_another_seed_makes_other_shoppers() -> None:
    assert some_shoppers(2) != some_shoppers(1)


def test_no_two_devices_share_an_anonymous_id() -> None:
    ids = [device.anonymous_id for shopper in some_shoppers() for device in shopper.devices]
    assert len(ids) == len(set(ids))


def test_everybody_has_one_to_three_devices() -> None:
    counts = Counter(len(shopper.devices) for shopper in some_shoppers())
    assert set(counts) == {1, 2, 3}


def test_addresses_are_in_a_domain_that_is_nobodys() -> None:
    known = [shopper for shopper in some_shoppers() if shopper.user_id]
    assert all(str(shopper.email).endswith("@example.com") for shopper in known)
    assert len({shopper.email for shopper in known}) == len(known)


def test_who_has_no_account_has_no_name() -> None:
    unknown = [shopper for shopper in some_shoppers() if shopper.user_id is None]
    assert 200 < len(unknown) < 600
    assert all(shopper.email is None and shopper.first_name is None for shopper in unknown)


def test_all_channels_and_several_countries_occur() -> None:
    channels = {shopper.channel for shopper in some_shoppers()}
    assert channels == {"search", "paid_search", "social", "email", "direct", "affiliate"}
    assert len({shopper.place.country for shopper in some_shoppers()}) >= 6


def test_some_are_persuadable_and_some_are_put_off_by_an_offer() -> None:
    persuadable = [shopper.taste.persuadable for shopper in some_shoppers()]
    assert np.mean(np.array(persuadable) > 0) > 0.6
    assert np.mean(np.array(persuadable) < 0) > 0.1


def test_people_set_out_for_what_interests_them_far_more_than_by_chance() -> None:
    luck = Luck(np.random.default_rng(3))
    hits = [
        family_wanted(shopper.taste, 5, luck) in shopper.taste.interests
        for shopper in some_shoppers()
    ]
    assert np.mean(hits) > 0.5


def test_down_jackets_are_wanted_in_winter_and_tents_in_summer() -> None:
    families = {family.name: family for family in vocabulary().families}
    assert families["down-jacket"].demand(12) > 3 * families["down-jacket"].demand(6)
    assert families["tent"].demand(6) > 3 * families["tent"].demand(12)
    assert families["tea"].demand(12) > 1.0 == families["flask"].demand(12)


def test_a_moment_has_a_month() -> None:
    assert month_of(1_795_000_000_000) == 11


def test_luck_draws_several_without_repetition() -> None:
    luck = Luck(np.random.default_rng(1))
    assert sorted(luck.several(range(5), 9)) == [0, 1, 2, 3, 4]


def test_luck_weighs_what_it_draws() -> None:
    luck = Luck(np.random.default_rng(1))
    counts = Counter(luck.weighted((1.0, 0.0, 3.0)) for _ in range(4_000))
    assert counts[1] == 0
    assert 2.5 < counts[2] / counts[0] < 3.5
