"""What somebody bought is shown again when people buy its kind again, as models have learned."""

from dataclasses import replace

import pytest

from tailorbird.predict.rebuying import Rebuy, Rebuys
from tests.makers import DAY
from tests.shop import Shop, ids

SHELF = (
    {"id": "tent-1", "title": "Tent", "category": "Tents"},
    {"id": "beans-1", "title": "Beans", "category": "Coffee"},
)
LEARNED = Rebuys(
    watched_days=365,
    shop=Rebuy(900, 0.01, 20.0, 365),
    kinds={"category:Coffee": Rebuy(400, 0.6, 30.0, 21)},
)


@pytest.fixture
def buyer(shop: Shop) -> Shop:
    """A shop in which a1 bought a tent and coffee 39 days ago."""
    shop.stock(*SHELF)
    lines = [{"product_id": one, "price": 10, "quantity": 1} for one in ("tent-1", "beans-1")]
    shop.track("Order Completed", order_id="o-1", revenue=20, products=lines)
    shop.clock.move(39 * DAY)
    shop.refresh()
    return shop


def shown(shop: Shop) -> set[str]:
    return set(ids(shop.decide("category_recs")))


def test_a_shop_that_has_learned_nothing_waits_a_fortnight(buyer: Shop) -> None:
    assert shown(buyer) == {"tent-1", "beans-1"}


def test_a_shop_that_has_learned_waits_with_each_item_as_its_kind_is_bought_again(
    buyer: Shop,
) -> None:
    predictor = buyer.workspace.predictor
    predictor.models = replace(predictor.models, rebuys=LEARNED)
    assert shown(buyer) == {"beans-1"}
