"""An offer, or an action, that rests on an experiment: whom its arms moved more gets the offer."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tests.commands import Done, command
from tests.makers import DAY
from tests.shop import Shop

PEOPLE = 520
LOOKS = 6
TENT = {"id": "tent", "title": "Tent", "price": 100, "cost": 40, "currency": "EUR"}
CART = {"cart": [{"item": "tent", "quantity": 1}], "currency": "EUR"}
SHOP = """
placements:
  - {name: hero, kind: content, creatives: [{id: plain}]}
offers:
  - name: welcome
    depths: [10]
    byUplift: {treatment: banner, steps: [{deciles: 5, depth: 10}]}
    instead: {id: proof}
actions:
  - {name: remind, kind: message, channel: email, template: t, effect: {uplift: other}}
experiments:
  - name: banner
    status: running
    exposedBy: decided
    variants:
      - {name: control}
      - {name: proof, placements: {hero: {creatives: [{id: proof}]}}}
  - name: other
    unit: session
    status: running
    exposedBy: decided
    variants:
      - {name: control}
      - {name: proof, placements: {home_recs: {limit: 2}}}
"""


@pytest.fixture(scope="module", name="trained")
def a_shop_whose_banner_moved_those_who_look_a_lot(
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """Yield a shop in which a banner makes those buy who looked at many things, and no others."""
    with pytest.MonkeyPatch.context() as patch:
        shop = Shop(tmp_path_factory.mktemp("banner"))
        patch.setattr("tailorbird.cli.training.wall_clock", shop.clock)
        shop.stock(TENT)
        reply = shop.call("PUT", "/v1/config", json={"files": {"a.yaml": SHOP}})
        assert reply.status_code == 200, reply.text
        names = [f"a{number}" for number in range(PEOPLE)]
        _send(shop, [look for name in names for look in _looks(name)])
        moved = [arm == "proof" and _keen(name) for name, arm in _arms(shop, names)]
        shop.clock.move(DAY)
        _send(
            shop,
            [
                _event("Order Completed", name, "order", order_id=f"o{name}", revenue=100)
                for name, was in zip(names, moved, strict=True)
                if random.Random(name).random() < (0.7 if was else 0.1)
            ],
        )
        shop.clock.move(8 * DAY)
        done = run(shop, "train", "uplift", "--treatment", "banner")
        shop.run(shop.workspace.counters.renew())
        yield shop, done
        shop.close()


def _keen(who: str) -> bool:
    return int(who[1:]) % 2 == 0


def _looks(who: str) -> list[dict[str, Any]]:
    looks = LOOKS if _keen(who) else 1
    return [_event("Product Viewed", who, f"v{at}", product_id=f"tent{at}") for at in range(looks)]


def _event(name: str, who: str, message: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "anonymousId": who, "messageId": f"{who}-{message}",
            "properties": {"currency": "EUR", **properties}}  # fmt: skip


def _send(shop: Shop, events: list[dict[str, Any]]) -> None:
    for first in range(0, len(events), 200):
        assert shop.post("/v1/batch", {"batch": events[first : first + 200]}).status_code == 200


def _arms(shop: Shop, names: list[str]) -> list[tuple[str, str]]:
    """Ask for the banner of everybody; return whose arm is which."""
    asked = [("POST", "/v1/decide", {"anonymousId": one, "placements": [{"name": "hero"}]})
             for one in names]  # fmt: skip
    replies = [one for at in range(0, PEOPLE, 100) for one in shop.calls(asked[at : at + 100])]
    shown = [one.json()["decisions"][0]["experiments"] for one in replies]
    arms = [next(told["variant"] for told in one if told["name"] == "banner") for one in shown]
    return list(zip(names, arms, strict=True))


def run(shop: Shop, *words: str) -> Done:
    """Run a command beside the server, which has written what it decided and who is who."""
    shop.run(shop.workspace.journal.flush())
    shop.run(shop.workspace.state.flush())
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(command, *words, "--data", shop.folder).result()


def offered(shop: Shop, who: str) -> dict[str, Any]:
    asked = {"anonymousId": who, "placements": [{"name": "cart_offer"}], "context": CART}
    reply = shop.post("/v1/decide", {**asked, "explain": True, "deadlineMs": 20_000})
    found: dict[str, Any] = reply.json()["decisions"][0]
    return found


def test_the_model_is_named_for_the_experiment_and_learned_from_both_arms(
    trained: tuple[Shop, Done],
) -> None:
    shop, done = trained
    assert done.code == 0, done.err
    [listed] = [one for one in run(shop, "models", "--json").json() if "uplift" in one["name"]]
    assert (listed["name"].startswith("uplift:banner@"), listed["status"]) == (True, "champion")
    assert listed["window"]["sessions"] == PEOPLE


def test_an_offer_goes_to_those_whom_the_experiment_moved_more(trained: tuple[Shop, Done]) -> None:
    shop = trained[0]
    keen, others = offered(shop, "a0"), offered(shop, "a1")
    assert (keen["offer"]["kind"], keen["offer"]["value"]) == ("percent", 10.0)
    assert others["offer"]["kind"] == "content"
    assert "of 10 by uplift" in others["notice"]


def test_an_experiment_on_sessions_is_refused_in_words(trained: tuple[Shop, Done]) -> None:
    done = run(trained[0], "train", "uplift", "--treatment", "other")
    assert done.code == 1
    assert "is by session, not by person" in done.err


def test_an_unknown_treatment_is_named_with_those_that_are_known(
    trained: tuple[Shop, Done],
) -> None:
    done = run(trained[0], "train", "uplift", "--treatment", "bannner")
    assert done.code == 1
    assert json.dumps("bannner")[1:-1] in done.err
    assert "banner, other" in done.err
