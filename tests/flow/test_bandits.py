"""A hero that learns what works: chosen with known chances, taught by what follows, never lost."""

import contextlib
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tailorbird.decide.bandits.keeper import BanditKeeper
from tailorbird.decide.bandits.state import EMPTY, BanditState
from tailorbird.spine.ids import anonymous_key
from tests.commands import command
from tests.makers import DAY
from tests.shop import Shop

HERO = """
placements:
  - name: hero
    kind: content
    limit: 1
    creatives: [{id: red, data: {picture: red.jpg}}, {id: blue}]
    bandit: {policy: POLICY, rewards: {Recommendation Clicked: 1}}
"""
SALES = HERO.replace("Recommendation Clicked: 1", "Order Completed: 1")


@pytest.fixture
def hero(shop: Shop) -> Shop:
    """A shop whose hero is a bandit."""
    configure(shop, HERO)
    return shop


def configure(shop: Shop, text: str, policy: str = "thompson") -> Any:
    files = {"a.yaml": text.replace("POLICY", policy)}
    return shop.call("PUT", "/v1/config", json={"files": files})


def content(shop: Shop, **more: Any) -> dict[str, Any]:
    shown: dict[str, Any] = shop.decide("hero", **more).json()["decisions"][0]["content"]
    return shown


def click(shop: Shop, shown: dict[str, Any], **more: Any) -> None:
    shop.track("Recommendation Clicked", exposureId=shown["exposureId"], **more)


def learned(shop: Shop) -> BanditState:
    keeper: BanditKeeper = shop.workspace.bandits
    shop.run(keeper.save())
    return shop.run(shop.workspace.stores.bandits.load()).states.get("hero", EMPTY)


def teach(shop: Shop, times: int = 40) -> None:
    """Show the hero to many people, of whom those click who see blue."""
    for number in range(times):
        shown = content(shop, anonymousId=f"v{number}")
        if shown["id"] == "blue":
            click(shop, shown, anonymousId=f"v{number}")
        shop.run(shop.workspace.bandits.round())


def test_an_answer_carries_the_chance_that_it_had(hero: Shop) -> None:
    assert content(hero)["actionProbability"] == pytest.approx(0.5)


def test_what_is_clicked_is_shown_more(hero: Shop) -> None:
    teach(hero)
    shown = Counter(content(hero, anonymousId=f"w{number}")["id"] for number in range(40))
    assert shown["blue"] > 30


def test_the_data_of_the_chosen_creative_comes_along(hero: Shop) -> None:
    shown = [content(hero, anonymousId=f"w{number}") for number in range(20)]
    assert {one["id"]: one["data"] for one in shown}["red"] == {"picture": "red.jpg"}


def test_a_dry_run_teaches_nothing(hero: Shop) -> None:
    content(hero, dryRun=True)
    assert learned(hero).arms == {}


def test_whoever_refused_personalization_is_no_part_of_it(hero: Shop) -> None:
    shown = content(hero, headers={"Sec-GPC": "1"})
    assert "actionProbability" not in shown
    assert learned(hero).arms == {}


def test_what_was_learned_outlasts_a_restart(hero: Shop) -> None:
    teach(hero, 10)
    before = learned(hero)
    hero.restart()
    assert learned(hero).arms == before.arms


def test_what_was_learned_is_found_again_in_journal_and_log(hero: Shop, tmp_path: Path) -> None:
    teach(hero, 10)
    before = learned(hero)
    hero.run(hero.workspace.journal.flush())
    place = next(hero.folder.rglob("bandits.db"))
    hero.run(hero.install.close())
    for path in place.parent.glob("bandits.db*"):
        path.unlink()
    hero.install = hero._opened()  # noqa: SLF001 - the install is opened again after a loss
    hero.workspace = hero.run(hero.install.workspace())
    assert learned(hero).arms == before.arms


def test_a_click_days_later_still_teaches(hero: Shop) -> None:
    shown = content(hero)
    hero.clock.move(3 * DAY)
    click(hero, shown)
    assert learned(hero).arms[shown["id"]].reward == 1.0


def test_an_order_without_an_exposure_teaches_by_the_last_one(shop: Shop) -> None:
    configure(shop, SALES)
    shop.track("Product Viewed", product_id="t")
    shown = content(shop)
    shop.clock.move(DAY)
    shop.track("Order Completed", order_id="o1", revenue=40, products=[{"product_id": "t"}])
    assert learned(shop).arms[shown["id"]].reward == 1.0


def test_an_order_of_somebody_else_teaches_nothing(shop: Shop) -> None:
    configure(shop, SALES)
    shown = content(shop)
    shop.track("Order Completed", anonymousId="b2", order_id="o1", products=[{"product_id": "t"}])
    assert learned(shop).arms[shown["id"]].reward == 0.0


def test_the_same_click_twice_teaches_once(hero: Shop) -> None:
    shown = content(hero)
    click(hero, shown)
    click(hero, shown)
    assert learned(hero).arms[shown["id"]].reward == 1.0


def test_what_an_erased_person_taught_is_taken_back(hero: Shop) -> None:
    hero.track("Product Viewed", product_id="t")
    click(hero, content(hero))
    hero.run(hero.workspace.officer.erase("r1", [anonymous_key("a1")]))
    assert sum(arm.exposures for arm in learned(hero).arms.values()) == 0


@pytest.mark.parametrize("policy", ["epsilon_greedy", "linear_thompson", "linucb"])
def test_every_policy_serves(shop: Shop, policy: str) -> None:
    configure(shop, HERO, policy)
    teach(shop, 12)
    assert 0.0 < content(shop)["actionProbability"] <= 1.0


def test_a_contextual_policy_logs_what_it_knew(shop: Shop) -> None:
    configure(shop, HERO, "linear_thompson")
    assert len(content(shop)["features"]) == 8


def test_a_creative_whose_item_is_gone_is_not_shown(shop: Shop) -> None:
    configure(shop, HERO.replace("{id: blue}", "{id: blue, item: lamp}"))
    shop.stock({"id": "lamp", "title": "Lamp", "price": 9, "stock": 0})
    assert {content(shop, anonymousId=f"v{one}")["id"] for one in range(12)} == {"red"}


def test_a_bandit_without_creatives_is_refused(shop: Shop) -> None:
    reply = configure(shop, "placements: [{name: hero, kind: content, bandit: {}}]")
    assert reply.status_code == 400
    assert "creatives" in reply.text


def test_a_wrong_policy_is_refused_by_name(shop: Shop) -> None:
    assert configure(shop, HERO, "clever").status_code == 400


def test_what_was_learned_can_be_read(hero: Shop) -> None:
    teach(hero)
    bandit = hero.get("/v1/bandits").json()["bandits"][0]
    assert bandit["placement"] == "hero"
    assert bandit["exposures"] == 40
    assert bandit["arms"][0]["id"] == "blue"
    assert bandit["regret"] < bandit["evenRegret"]


def test_a_browser_may_not_read_what_was_learned(hero: Shop) -> None:
    assert hero.get("/v1/bandits", key=hero.publishable).status_code == 403


def test_another_policy_is_judged_from_the_shops_own_log(hero: Shop) -> None:
    for number in range(60):
        shown = content(hero, anonymousId=f"v{number}")
        if shown["id"] == "blue":
            click(hero, shown, anonymousId=f"v{number}")
    hero.run(hero.workspace.journal.flush())
    words = ("--policy", "always:blue", "--placement", "hero", "--data", hero.folder, "--json")
    made = command("evaluate", *words).json()
    assert made["rows"] == 60
    by_name = {one["estimator"]: one for one in made["estimates"]}
    assert by_name["SNIPS"]["value"] == 1.0


def test_a_placement_without_known_chances_cannot_be_judged(hero: Shop) -> None:
    done = command("evaluate", "--policy", "uniform", "--placement", "other", "--data", hero.folder)
    assert done.code == 1
    assert "Give the placement a bandit" in done.err


def test_what_cannot_be_read_is_learned_again(hero: Shop) -> None:
    teach(hero, 6)
    before = learned(hero)
    hero.run(hero.workspace.journal.flush())
    place = next(hero.folder.rglob("bandits.db"))
    hero.run(hero.install.close())
    with contextlib.closing(sqlite3.connect(place)) as file, file:
        file.execute("UPDATE bandits SET body = x'c1'")
    hero.install = hero._opened()  # noqa: SLF001 - the install is opened again after damage
    hero.workspace = hero.run(hero.install.workspace())
    assert learned(hero).arms == before.arms


def test_shares_and_amounts_do_not_mix(hero: Shop) -> None:
    teach(hero, 4)
    configure(hero, HERO.replace("rewards:", "measure: amount, rewards:"))
    hero.run(hero.workspace.bandits.round())
    assert hero.get("/v1/bandits").json()["bandits"][0]["exposures"] == 0
