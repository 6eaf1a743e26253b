"""The examples of docs/examples/config fire as their descriptions say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tailorbird.configure.reading import read, texts_of
from tailorbird.configured import KINDS
from tailorbird.rules.configuration import RULES
from tests.flow.test_rules import Ruled
from tests.makers import MINUTE

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples" / "config"
TENT = {"id": "tent", "title": "Tent", "price": 349, "currency": "EUR", "stock": 3}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Ruled]:
    """A shop with the examples in force, in which nobody is held out."""
    opened = Ruled(tmp_path / "data")
    opened.stock(TENT, {"id": "peg", "title": "Peg", "price": 1, "currency": "EUR"})
    texts = {name: text.replace("holdout: 0.1", "") for name, text in texts_of(FOLDER).items()}
    reply = opened.call("PUT", "/v1/config", json={"files": texts})
    assert reply.status_code == 200, reply.text
    yield opened
    opened.close()


def test_there_is_an_example_of_each_kind_of_trigger() -> None:
    assert len(read(texts_of(FOLDER), KINDS).of(RULES)) == 6


def test_three_views(shop: Ruled) -> None:
    for _ in range(3):
        shop.view("peg")
    assert shop.rule_names() == ["looked_three_times"]


def test_three_views_after_an_order_mean_nothing(shop: Ruled) -> None:
    shop.track("Order Completed", order_id="o1", products=[{"product_id": "peg"}])
    for _ in range(3):
        shop.view("peg")
    assert shop.rule_names() == []


def test_a_precious_item(shop: Ruled) -> None:
    shop.view("tent")
    assert shop.rule_names() == ["precious_item_viewed"]


def test_a_cart_left_alone(shop: Ruled) -> None:
    shop.add("peg")
    shop.wait(31 * MINUTE)
    assert [one.name for one in shop.fired()] == ["Cart Abandoned"]


def test_a_form_that_refuses(shop: Ruled) -> None:
    for field in ("zip", "zip", "phone"):
        shop.track("Form Field Errored", field=field, form="checkout")
    assert shop.rule_names() == ["checkout_friction"]


def test_hesitation(shop: Ruled) -> None:
    shop.track("Dwelled", product_id="peg", seconds=75)
    assert shop.rule_names() == ["hesitation"]


def test_no_hesitation_about_what_is_in_the_cart(shop: Ruled) -> None:
    shop.add("peg")
    shop.track("Dwelled", product_id="peg", seconds=75)
    assert shop.rule_names() == []


class Sure:
    """Is sure that everybody buys."""

    def purchase_probability(self, *_: Any) -> float:
        return 0.9

    def churn_probability(self, *_: Any) -> float | None:
        return None

    def segments(self, *_: Any) -> tuple[str, ...]:
        return ()


def test_intent_above_a_threshold(shop: Ruled) -> None:
    watcher = shop.workspace.watcher
    watcher.around = msgspec.structs.replace(watcher.around, beliefs=Sure())
    shop.view("peg")
    assert shop.rule_names() == ["about_to_buy"]


def test_without_a_model_nobody_is_about_to_buy(shop: Ruled) -> None:
    shop.view("peg")
    assert shop.rule_names() == []
