"""Models of people from training to the profile: learned, adopted, shown, refused."""

import random
from typing import Any

import msgspec
import pytest

from tailorbird.cli.training_people import train_people
from tailorbird.predict.people import PeopleModels
from tailorbird.settings import read_settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE
from tests.makers import DAY, MINUTE
from tests.shop import Shop

pytest.importorskip("lightgbm")

PEOPLE = 180


def life_of(number: int, shop: Shop) -> list[dict[str, object]]:
    """Return half a year of somebody: visits of views; who adds to the cart mostly orders."""
    luck = random.Random(number)
    events: list[dict[str, object]] = []
    for visit in range(luck.randint(1, 6)):
        began = luck.randint(2, 180) * DAY
        buys = luck.random() < 0.3
        names = ["Product Viewed"] * luck.randint(2, 6)
        names += ["Product Added"] if buys or luck.random() < 0.1 else []
        names += ["Order Completed"] if buys else []
        for step, name in enumerate(names):
            key = f"{number}-{visit}-{step}"
            product = {"product_id": f"item-{luck.randint(1, 9)}", "price": 20}
            order = {
                "order_id": key,
                "revenue": luck.randint(10, 90),
                "currency": "EUR",
                "products": [{**product, "quantity": 1}],
            }
            events.append(
                {
                    "type": "track",
                    "event": name,
                    "userId": f"user-{number:03}",
                    "messageId": key,
                    "timestamp": shop.ago(began - step * MINUTE),
                    "properties": order if name == "Order Completed" else product,
                }
            )
    return events


@pytest.fixture
def lived(shop: Shop) -> Shop:
    """A shop with half a year behind it, whose clock is the machine's."""
    shop.clock.now_ms = wall_clock()
    lines = [event for number in range(PEOPLE) for event in life_of(number, shop)]
    body = b"\n".join(map(msgspec.json.encode, lines))
    answer = shop.call("POST", "/v1/import", content=body)
    assert answer.json()["accepted"] == len(lines), answer.text
    return shop


def trained(shop: Shop) -> PeopleModels:
    """Train on the shop's files, and let the server adopt it."""
    shop.run(shop.workspace.state.flush())
    settings = read_settings({}, data=str(shop.folder))
    models = train_people(settings, DEFAULT_WORKSPACE, wall_clock(), 0, lambda _: None)
    while shop.workspace.foresight.models.name != models.name:  # its own round may be first
        shop.run(shop.workspace.foresight.renew(shop.workspace.stores.people_models))
    return models


def prediction(shop: Shop, user: str) -> dict[str, object]:
    """Return what is expected of a user."""
    found: dict[str, object] = shop.get(f"/v1/people/user:{user}").json()["prediction"]
    return found


def test_before_training_nothing_is_expected_of_anybody(lived: Shop) -> None:
    assert prediction(lived, "user-001") is None


def test_both_models_are_learned_from_the_files(lived: Shop) -> None:
    models = trained(lived)
    assert models.refused == {}


def test_a_customer_is_shown_with_churn_and_value(lived: Shop) -> None:
    trained(lived)
    buyers = [f"user-{number:03}" for number in range(PEOPLE)]
    shown = [prediction(lived, buyer) for buyer in buyers]
    known = [one for one in shown if one["churnProbability"] is not None]
    assert len(known) > 60
    assert all(0 <= float(str(one["churnProbability"])) <= 1 for one in known)


def test_who_is_away_is_not_asked_of_their_visit(lived: Shop) -> None:
    trained(lived)
    assert prediction(lived, "user-001")["purchaseProbability"] is None


def test_the_cart_makes_an_order_likelier_within_the_visit(lived: Shop) -> None:
    trained(lived)
    product: dict[str, Any] = {"product_id": "item-1", "price": 20}
    lived.track("Product Viewed", userId="new", **product)
    before = float(str(prediction(lived, "new")["purchaseProbability"]))
    lived.clock.move(MINUTE)
    lived.track("Product Added", userId="new", **product)
    assert float(str(prediction(lived, "new")["purchaseProbability"])) > 1.5 * before


def test_who_refused_is_not_learned_from(lived: Shop) -> None:
    counted = trained(lived).value
    for number in range(8):
        refusal = {"userId": f"user-{number:03}", "purposes": {"personalization": False}}
        lived.call("PUT", "/v1/consent", json=refusal)
    fewer = trained(lived).value
    assert counted is not None
    assert fewer is not None
    assert fewer.customers < counted.customers
