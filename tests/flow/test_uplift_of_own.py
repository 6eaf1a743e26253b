"""Uplift learned from the live shop: lots in, a model out, adopted, shown, held to what follows."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tailorbird.cli.training_uplift import Job, train_uplift
from tailorbird.settings import read_settings
from tailorbird.spine.ids import DEFAULT_WORKSPACE
from tests.commands import Done, command
from tests.makers import DAY
from tests.shop import Shop

SALE = {
    "name": "sale",
    "depths": [10],
    "holdout": 0.5,
    "depthWithoutModel": 10,
    "byUplift": {},
    "cap": {"times": 9, "within": "30d"},
    "instead": {"id": "proof"},
}
TENT = {"id": "tent", "title": "Tent", "price": 100, "cost": 40, "currency": "EUR"}
CART = {"cart": [{"item": "tent", "quantity": 1}], "currency": "EUR"}
PEOPLE = 700
REFUSED = 5


@pytest.fixture(scope="module", name="lived")
def a_shop_that_drew_lots(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Yield a shop in which seven hundred drew lots, and an offer made every third of them buy."""
    with pytest.MonkeyPatch.context() as patch:
        shop = Shop(tmp_path_factory.mktemp("lots"))
        patch.setattr("tailorbird.cli.training.wall_clock", shop.clock)
        patch.setattr("tailorbird.cli.offer_effects.wall_clock", shop.clock)
        shop.stock(TENT)
        shop.call(
            "PUT", "/v1/config", json={"files": {"offers.yaml": json.dumps({"offers": [SALE]})}}
        )
        names = [f"a{number}" for number in range(PEOPLE)]
        _send(
            shop,
            [_event("Product Viewed", name, f"v{name}", {"product_id": "tent"}) for name in names],
        )
        given = [
            one for first in range(0, PEOPLE, 100) for one in _given(shop, names[first:][:100])
        ]
        shop.clock.move(DAY)
        _send(
            shop,
            [
                _order(name)
                for name, had in zip(names, given, strict=True)
                if random.Random(name).random() < (0.4 if had else 0.1)
            ],
        )
        refusal = {"personalization": False}
        for name in names[:REFUSED]:
            shop.call("PUT", "/v1/consent", json={"anonymousId": name, "purposes": refusal})
        shop.clock.move(8 * DAY)
        yield shop
        shop.close()


def _event(name: str, who: str, message: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "track", "event": name, "anonymousId": who, "messageId": message,
            "properties": properties}  # fmt: skip


def _order(who: str) -> dict[str, Any]:
    line = {"product_id": "tent", "quantity": 1, "price": 100}
    bought = {"order_id": f"o-{who}", "revenue": 90, "discount": 10, "currency": "EUR"}
    return _event("Order Completed", who, f"o{who}", {**bought, "products": [line]})


def _send(shop: Shop, events: list[dict[str, Any]]) -> None:
    for first in range(0, len(events), 200):
        assert shop.post("/v1/batch", {"batch": events[first : first + 200]}).status_code == 200


def _asking(who: str) -> dict[str, Any]:
    placements = [{"name": "cart_offer"}]
    return {"anonymousId": who, "placements": placements, "context": CART, "deadlineMs": 20_000}


def _given(shop: Shop, names: list[str]) -> list[bool]:
    """Return who of some is given a discount, asked at once."""
    replies = shop.calls([("POST", "/v1/decide", _asking(name)) for name in names])
    offers = [one.json()["decisions"][0]["offer"] for one in replies]
    return [one is not None and one["kind"] == "percent" for one in offers]


def run(shop: Shop, *words: str) -> Done:
    """Run a command beside the server, which has written what it decided and who is who."""
    shop.run(shop.workspace.journal.flush())
    shop.run(shop.workspace.state.flush())
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(command, *words, "--data", shop.folder).result()


def why(shop: Shop, who: str) -> str:
    reply = shop.post("/v1/decide", {**_asking(who), "explain": True}).json()
    told: str = reply["decisions"][0].get("notice", "")
    return told


@pytest.fixture(scope="module", name="trained")
def a_trained_shop(lived: Shop) -> tuple[Shop, Done]:
    """Return the shop, and what training said; the server has taken up what came of it."""
    done = run(lived, "train", "uplift")
    lived.run(lived.workspace.counters.renew())
    return lived, done


def test_the_model_is_learned_from_those_who_drew_and_did_not_refuse(
    trained: tuple[Shop, Done],
) -> None:
    shop, done = trained
    assert done.code == 0, done.err
    [listed] = [one for one in run(shop, "models", "--json").json() if "uplift" in one["name"]]
    assert done.out.strip() == listed["name"]
    assert (listed["status"], listed["window"]["sessions"]) == ("champion", PEOPLE - REFUSED)
    assert listed["metrics"]["average"]["low"] < 0.3 < listed["metrics"]["average"]["high"]


def test_no_protected_trait_and_no_place_is_learned_from(trained: tuple[Shop, Done]) -> None:
    features = run(trained[0], "models", "show", trained[1].out.strip(), "--json").json()["facts"]
    assert "orders" in features["features"]
    assert not {"country", "device"} & set(features["features"])


def test_where_nobody_is_moved_more_than_others_the_average_decides_for_all(
    trained: tuple[Shop, Done],
) -> None:
    shop, done = trained
    assert "Differences of the effect among people cannot be told from zero" in done.err
    shop.track("Product Viewed", anonymousId="later", product_id="tent")
    assert why(shop, "later") in {"its trial could not tell whom it moves more", "held out"}


def test_what_the_offer_earned_is_shown(trained: tuple[Shop, Done]) -> None:
    [found] = run(trained[0], "offers", "earned", "--json").json()
    effects = {one["outcome"]: one for one in found["effects"]}
    assert effects["order"]["low"] > 0.0
    assert effects["profit"]["given"] == pytest.approx(effects["order"]["given"] * 50.0)


def test_depths_are_shown_and_taken_back(trained: tuple[Shop, Done]) -> None:
    shop = trained[0]
    [shown] = run(shop, "offers", "depths", "--json").json()
    by_margin = {row["margin"]: row["depths"][0]["depth"] for row in shown["serving"]["rows"]}
    assert by_margin[0.1] is None
    assert by_margin[0.6] == 0.1
    assert run(shop, "offers", "depths", "--rollback").code == 1
    assert "before the present one" in run(shop, "offers", "depths", "--rollback").err


def test_without_people_who_drew_since_nothing_is_held_against_them(
    trained: tuple[Shop, Done],
) -> None:
    done = run(trained[0], "offers", "recalibrate")
    assert done.code == 1
    assert "Too few people drew since" in done.err


def test_training_on_schedule_waits_until_enough_have_drawn(trained: tuple[Shop, Done]) -> None:
    shop = trained[0]
    settings = read_settings(data=str(shop.folder))
    made = train_uplift(settings, DEFAULT_WORKSPACE, shop.clock(), Job(only_due=True), print)
    assert made == []


def test_a_shop_that_left_nothing_to_chance_is_refused_in_words(shop: Shop) -> None:
    done = run(shop, "train", "uplift")
    assert done.code == 1
    assert "nothing to learn from" in done.err
    assert "Hold some people out at random" in done.err
