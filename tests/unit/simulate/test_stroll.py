"""A visit that halts at the first item's page: what is shown there is all that a policy changes."""

from collections import Counter

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.simulate.choice import NO_NUDGE, Mission, Nudge
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import make_shopper
from tailorbird.simulate.stroll import Stroll
from tailorbird.simulate.visits import Visit, make_mission, make_visit

NOW_MS = 1_795_000_000_000
SHOP: Shop = make_shop(np.random.default_rng(1), NOW_MS)
seeds = st.integers(0, 2**31)


def a_visit(seed: int) -> Visit:
    luck = Luck.from_seed(seed)
    shopper = make_shopper(7, luck)
    return make_visit(shopper, make_mission(SHOP, shopper, 0, NOW_MS, luck), NOW_MS, luck)


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_the_same_visit_goes_the_same_way(seed: int) -> None:
    visit = a_visit(seed)
    assert Stroll(SHOP, visit).go_on(NO_NUDGE) == Stroll(SHOP, visit).go_on(NO_NUDGE)


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_events_after_the_halt_follow_those_before(seed: int) -> None:
    stroll = Stroll(SHOP, a_visit(seed))
    later = stroll.go_on(NO_NUDGE).events
    assert [at for at, _ in stroll.events] == sorted(at for at, _ in stroll.events)
    assert all(at >= stroll.at_ms for at, _ in later)
    names = Counter(event["messageId"] for _, event in (*stroll.events, *later))
    assert max(names.values(), default=1) == 1


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_what_somebody_has_no_eye_for_changes_nothing(seed: int) -> None:
    visit = a_visit(seed)
    foreign = next(
        code for code, one in enumerate(SHOP.truths) if one.family != visit.mission.family
    )
    shown = Nudge(shown=frozenset({foreign}))
    assert Stroll(SHOP, visit).go_on(shown) == Stroll(SHOP, visit).go_on(NO_NUDGE)


def test_goods_that_are_shown_sell_better() -> None:
    def sold(nudges: bool) -> int:
        total = 0
        for seed in range(400):
            visit = a_visit(seed)
            mission = Mission(0, visit.mission.family, visit.mission.line, resolve=0.5)
            stroll = Stroll(SHOP, msgspec.structs.replace(visit, mission=mission))
            shelf = SHOP.shelves[mission.family]
            fitting = frozenset(shelf.codes[shelf.line == mission.line].tolist())
            walked = stroll.go_on(Nudge(shown=fitting) if nudges else NO_NUDGE)
            total += any(event.get("event") == "Product Added" for _, event in walked.events)
        return total

    assert sold(nudges=True) > 1.1 * sold(nudges=False)
