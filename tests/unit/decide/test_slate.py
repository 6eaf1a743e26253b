"""A slate takes from every source that its placement weighs, and from no other."""

import asyncio

import msgspec
import numpy as np
import pytest

from tailorbird.decide.levels import Level, level_of
from tailorbird.decide.moment import moment
from tailorbird.decide.placements import Filters, Placement, Ranker, Source, Weights
from tailorbird.decide.slate import Slate, slate
from tailorbird.decide.wire import NOWHERE
from tailorbird.links.lending import Loan
from tailorbird.predict.board import NOBODY
from tailorbird.predict.collaborative import Collaborative
from tailorbird.predict.hybrid.describing import COLUMNS
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.predictor import Models, Predictor, Trained
from tailorbird.predict.price_lists import PriceFit
from tailorbird.predict.propensity.trees import Trees
from tailorbird.predict.sessions import Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.profile.affinity import Pull
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId
from tests.makers import DAY, NOON_MS, an_event, an_item, an_order

ITEMS, BRANDS = ("tent", "mat", "lamp"), ("acme", "soft", "bright")
NEXT = Neighbors(np.array([[1], [2], [-1]], np.int32), np.array([[1], [1], [0]], np.float32))
"""Who had the tent comes to the mat, and who had the mat to the lamp."""


BOTH = Neighbors(np.array([[1, 2], [-1] * 2, [-1] * 2], np.int32), np.ones((3, 2), np.float32))
"""Who had the tent comes to the mat and to the lamp."""
LATER_PLACES = Hybrid(
    Trees(
        np.zeros(1, np.int32),
        np.array([COLUMNS.index("score_10"), -1, -1], np.int32),
        np.array([0.8, 1.0, 0.0]),
        np.array([1, -1, -1], np.int32),
        np.array([2, -1, -1], np.int32),
        np.full(3, -1, np.int32),
    )
)
"""A ranker that prefers what the collaborative source names later."""


def predictor(model: Collaborative | None, hybrid: Hybrid | None = None) -> Predictor:
    found = Predictor(lambda: NOON_MS)
    models = Models("test@1", 0, collaborative=model, hybrid=hybrid)
    facets: list[tuple[str, ...]] = [("category:Camping", f"brand:{one}") for one in BRANDS]
    vocabulary = Vocabulary.of(ITEMS)
    found.adopt(Trained(models, vocabulary, facets, Standings(NOON_MS / 1000)))
    asyncio.run(found.refresh())
    return found


def shown(*events: Event) -> tuple[list[str], Slate, Level]:
    """What a placement of this source alone shows to somebody, ten days after."""
    serving = predictor(Collaborative(NEXT, 1.0))
    here = moment(fold_many(EMPTY, events), NOWHERE, serving, NOON_MS + 10 * DAY)
    placement = Placement(
        name="home",
        weights=Weights(collaborative=1.0, popular=0.0),
        filters=Filters(purchased_days=None),
    )
    found = slate(
        placement, here, NOBODY, serving, 5, np.random.default_rng(0).bit_generator.random_raw
    )
    return serving.vocabulary.decode(found.codes), found, level_of(here, found)


def test_what_was_viewed_long_ago_brings_what_others_came_to() -> None:
    assert shown(an_event("Product Viewed", an_item("tent")))[0] == ["mat"]


def test_what_was_bought_brings_what_others_came_to() -> None:
    assert shown(an_order(an_item("mat")))[0] == ["lamp"]


def test_its_items_go_under_its_name() -> None:
    assert shown(an_order(an_item("mat")))[1].sources == [Source.COLLABORATIVE]


def test_a_past_alone_makes_an_answer_personal() -> None:
    assert shown(an_order(an_item("mat")))[2] is Level.PERSONAL


@pytest.mark.parametrize("model", [None, Collaborative(NEXT, 1.0)])
def test_a_source_without_weight_or_model_is_silent(model: Collaborative | None) -> None:
    serving = predictor(model)
    here = moment(
        fold_many(EMPTY, [an_order(an_item("mat"))]), NOWHERE, serving, NOON_MS + 10 * DAY
    )
    weights = Weights(collaborative=0.0 if model else 1.0, popular=0.0)
    found = slate(
        Placement(name="home", weights=weights),
        here,
        NOBODY,
        serving,
        5,
        np.random.default_rng(0).bit_generator.random_raw,
    )
    assert found.spoke == 0


SUITS_THE_MAT = PriceFit(np.array([0.0, 1.0, 0.0], np.float32), np.array([-1, 1, -1], np.int32))
"""A price list on which only the mat stands, in the band that its buyer leans to."""


def a_loan(**brands: float) -> Loan:
    """Leanings to brands, lent by somebody who is probably the same."""
    pulls = {f"brand:{name}": Pull(NOON_MS, pull, pull) for name, pull in brands.items()}
    return Loan(pulls, PersonId("p_phone"), 0.9, ())


def ordered(
    ranker: Ranker,
    hybrid: Hybrid | None,
    price_fit: PriceFit | None = None,
    loan: Loan | None = None,
    had: tuple[Event, ...] = (),
) -> list[str]:
    """What a placement shows to somebody who had the tent, by a ranker."""
    serving = predictor(Collaborative(BOTH, 1.0), hybrid)
    past = fold_many(EMPTY, [an_order(an_item("tent")), *had])
    here = moment(past, NOWHERE, serving, NOON_MS + 10 * DAY, loan)
    here = msgspec.structs.replace(here, price_fit=price_fit)
    weights = Weights(collaborative=1.0, popular=0.0)
    placement = Placement(name="home", ranker=ranker, weights=weights, lean=9.0)
    found = slate(
        placement, here, NOBODY, serving, 5, np.random.default_rng(0).bit_generator.random_raw
    )
    return serving.vocabulary.decode(found.codes)


def test_a_learned_ranker_orders_where_a_placement_wants_it() -> None:
    assert ordered(Ranker.HYBRID, LATER_PLACES) == ["lamp", "mat"]


def test_prices_of_an_account_s_own_list_count_beside_the_learned_ranker_too() -> None:
    assert ordered(Ranker.HYBRID, LATER_PLACES, price_fit=SUITS_THE_MAT) == ["mat", "lamp"]


def test_what_is_lent_lifts_beside_the_learned_ranker() -> None:
    assert ordered(Ranker.HYBRID, LATER_PLACES, loan=a_loan(soft=1.0)) == ["mat", "lamp"]


def test_what_they_lean_to_by_themselves_lifts_nothing_beside_the_ranker_that_learned_it() -> None:
    own = tuple(
        an_event("Product Viewed", an_item("cushion", brand="soft"), at=NOON_MS + number)
        for number in range(50)
    )
    lent = a_loan(soft=0.001)
    assert ordered(Ranker.HYBRID, LATER_PLACES, loan=lent, had=own) == ["lamp", "mat"]


def test_without_being_wanted_a_learned_ranker_is_not_asked() -> None:
    assert ordered(Ranker.BLEND, LATER_PLACES) == ["mat", "lamp"]


def test_where_no_ranker_passed_its_gate_the_blend_orders() -> None:
    assert ordered(Ranker.HYBRID, None) == ["mat", "lamp"]
