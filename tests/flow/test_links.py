"""Probabilistic links through the doors: found, lent, explained, denied, and gone when refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.propensity.trees import Trees
from tailorbird.settings import BadSetting, read_settings
from tests.makers import DAY, HOUR
from tests.shop import Shop

_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1"
_LAPTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15"
PEOPLE = 11
PRICES = {"a": 20, "z": 300, "p": 5}
ITEMS = [
    {"id": name, "title": name, "brand": name.partition("-")[0], "price": PRICES[name[0]]}
    for name in (
        *(f"acme-{one}-{step}" for one in range(PEOPLE) for step in range(3)),
        *(f"{brand}-{number}" for brand in ("zest", "plain") for number in range(4)),
    )
]


def view(shop: Shop, who: dict[str, str], item: str, ago: int, home: int) -> None:
    """Look at an item from home, on a phone with an account or on a laptop without."""
    agent = _PHONE if "userId" in who else _LAPTOP
    place = {"timezone": "Europe/Vienna", "locale": "de-AT"}
    body = {
        **who,
        "event": "Product Viewed",
        "messageId": f"{item}-{ago}-{who['anonymousId']}",
        "timestamp": shop.ago(ago),
        "properties": {"product_id": item, "brand": item.partition("-")[0]},
        "context": {"userAgent": agent, **place},
    }
    forwarded = {"x-forwarded-for": f"10.0.0.1, 2001:db8:{home:x}::5, 10.1.1.1"}
    answer = shop.call("POST", "/v1/track", json=body, key=shop.publishable, headers=forwarded)
    assert answer.status_code == 200, answer.text


def known(number: int) -> dict[str, str]:
    """Return somebody with an account, on the phone."""
    return {"anonymousId": f"phone-{number}", "userId": f"user-{number}-zq"}


def newcomer(number: int) -> dict[str, str]:
    """Return an anonymous laptop in the same home."""
    return {"anonymousId": f"laptop-{number}"}


def town(folder: Path, people: int = PEOPLE, **settings: Any) -> Shop:
    """Return a shop in which each known person shares a home and interests with a laptop."""
    shop = Shop(folder, **settings)
    shop.stock(*ITEMS)
    for one in range(people):
        for step in range(3):
            item = f"acme-{one}-{step}"
            view(shop, known(one), item, DAY + step * HOUR, home=one)
            if step:
                view(shop, newcomer(one), item, 3 * HOUR + step, home=one)
        view(shop, known(one), "zest-1", 30 * HOUR, home=one)
    for one in range(3 * people):
        view(shop, {"anonymousId": f"passer-{one}"}, "plain-1", 5 * HOUR, home=900 + one)
    return shop


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that has accepted the stated table, after a round; each test has a pair of its own."""
    shop = town(tmp_path_factory.mktemp("links"), links="stated", links_precision=0.6)
    found = shop.post("/v1/links/refresh", {}).json()
    assert len(found["links"]) == PEOPLE, found
    yield shop
    shop.close()


def shown(
    shop: Shop, number: int, placement: str = "home_recs", **headers: str
) -> list[dict[str, Any]]:
    """Return what a laptop is shown, with explanations."""
    asked = {
        **newcomer(number),
        "placements": [{"name": placement, "limit": 24}],
        "explain": True,
        "dryRun": True,
        "deadlineMs": 5_000,  # the learned ranker would be left out where it might be late
    }
    found = shop.post("/v1/decide", asked, headers=headers).json()
    items: list[dict[str, Any]] = found["decisions"][0]["items"]
    return items


def lent(shop: Shop, number: int, **headers: str) -> list[dict[str, Any]]:
    """Return those items of it that a lent leaning lifted."""
    return [one for one in shown(shop, number, **headers) if "lent" in one]


def links(shop: Shop, number: int) -> list[dict[str, Any]]:
    """Return a laptop's links."""
    found: list[dict[str, Any]]
    found = shop.get(f"/v1/people/anonymous:laptop-{number}/links").json()["links"]
    return found


def test_a_link_says_what_speaks_for_it(linked: Shop) -> None:
    [link] = links(linked, 0)
    assert (link["browser"], link["user"]) == ("anonymous:laptop-0", "user:user-0-zq")
    assert "devices of the same maker" in link["because"]


def test_a_profile_says_who_lends_to_it(linked: Shop) -> None:
    profile = linked.get("/v1/people/anonymous:laptop-0").json()
    assert profile["lent"][0]["said"].startswith("Leanings lent by p_")
    assert "lent" not in linked.get("/v1/people/user:user-0-zq").json()


def test_a_link_joins_nobody(linked: Shop) -> None:
    laptop = linked.get("/v1/people/anonymous:laptop-0/identities").json()
    assert laptop["identifiers"] == ["anonymous:laptop-0"]


def test_the_folded_state_is_that_of_a_replay_which_knows_no_links(linked: Shop) -> None:
    with_links = linked.get("/v1/people/anonymous:laptop-0").json()
    assert not any(one.startswith("brand:zest") for one in _facets(with_links))


def test_an_explanation_names_the_lender_but_the_shopper_is_told_nobody_elses_taste(
    linked: Shop,
) -> None:
    items = lent(linked, 0)
    assert items
    assert {one["facet"] for one in items} == {"brand:zest"}
    assert all("Zest" not in one["reason"] for one in items)


@pytest.fixture
def learned(linked: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The same shop with a learned ranker that gives every item a score of 1."""
    root, leaves = np.zeros(1, np.int32), np.array([0, -1, -1], np.int32)
    left, right = np.array([1, -1, -1], np.int32), np.array([2, -1, -1], np.int32)
    ends = np.array([np.inf, 1.0, 1.0])
    equal = Hybrid(Trees(root, leaves, ends, left, right, np.full(3, -1, np.int32)))
    linked.refresh()
    serving = linked.workspace.predictor
    monkeypatch.setattr(serving, "models", replace(serving.models, hybrid=equal))
    placement = "placements: [{name: learned, ranker: hybrid, lean: 0.5, exploreShare: 0}]"
    config = {"files": {"learned.yaml": placement}}
    assert linked.call("PUT", "/v1/config", json=config).status_code == 200
    return linked


def test_a_lent_leaning_lifts_beside_the_learned_ranker(learned: Shop) -> None:
    scores = {one["id"]: one["score"] for one in shown(learned, 0, placement="learned")}
    assert scores["zest-1"] > 1.0


def test_a_withdrawal_ends_the_loan_beside_the_learned_ranker_too(learned: Shop) -> None:
    learned.call("PUT", "/v1/consent", json={**known(10), "purposes": {"personalization": False}})
    scores = {one["id"]: one["score"] for one in shown(learned, 10, placement="learned")}
    assert set(scores.values()) == {1.0}


def test_a_denied_link_is_gone_at_once_and_is_not_found_again(linked: Shop) -> None:
    answer = linked.call("DELETE", "/v1/people/anonymous:laptop-1/links/user:user-1-zq")
    assert (answer.status_code, links(linked, 1), lent(linked, 1)) == (200, [], [])
    linked.post("/v1/links/refresh", {})
    assert links(linked, 1) == []


def erase(shop: Shop, user: str) -> None:
    """Forget somebody, as the privacy officer does."""
    whom = {"identity_type": "controller_customer_id", "identity_value": user}
    body = {"subject_request_type": "erasure", "subject_identities": [whom]}
    shop.post("/v1/privacy/requests", {**body, "subject_request_id": f"r-{user}"})


def pair(number: int) -> str:
    """Return where the link of a laptop to its owner is taken back, and allowed again."""
    return f"/v1/people/anonymous:laptop-{number}/links/user:user-{number}-zq"


def denied(shop: Shop, who: str) -> list[dict[str, Any]]:
    """Return the denials that are shown with a person."""
    found: list[dict[str, Any]] = shop.get(f"/v1/people/{who}/links").json()["denied"]
    return found


def test_a_denial_is_shown_with_either_person_and_nobody_else(linked: Shop) -> None:
    linked.call("DELETE", pair(6))
    whom = ("anonymous:laptop-6", "user:user-6-zq", "anonymous:passer-1")
    assert [len(denied(linked, who)) for who in whom] == [1, 1, 0]


def test_a_denial_says_who_made_it(linked: Shop) -> None:
    (one,) = linked.call("DELETE", pair(7)).json()["denied"]
    assert (one["browser"], one["by"][:2]) == ("anonymous:laptop-7", "k_")


def test_a_denial_that_is_taken_back_lets_the_link_be_found_again(linked: Shop) -> None:
    linked.call("DELETE", pair(8))
    assert linked.call("PUT", pair(8)).json()["denied"] == []
    linked.post("/v1/links/refresh", {})
    assert len(links(linked, 8)) == 1


def test_what_was_not_denied_cannot_be_allowed(linked: Shop) -> None:
    answer = linked.call("PUT", "/v1/people/anonymous:passer-1/links/user:user-0-zq")
    assert (answer.status_code, answer.json()["title"]) == (409, "No link of these two was denied.")


def test_an_erased_side_leaves_no_denial(linked: Shop) -> None:
    linked.call("DELETE", pair(9))
    erase(linked, "user-9-zq")
    assert denied(linked, "anonymous:laptop-9") == []


@pytest.mark.parametrize(("number", "who"), [(2, known(2)), (3, newcomer(3))])
def test_a_withdrawal_on_either_side_ends_the_loan_with_the_next_answer(
    linked: Shop, number: int, who: dict[str, str]
) -> None:
    linked.call("PUT", "/v1/consent", json={**who, "purposes": {"personalization": False}})
    assert (links(linked, number), lent(linked, number)) == ([], [])


def test_who_sends_gpc_is_lent_nothing(linked: Shop) -> None:
    assert lent(linked, 0, **{"sec-gpc": "1"}) == []


def test_erasing_the_lender_leaves_nothing_of_the_link(linked: Shop) -> None:
    erase(linked, "user-4-zq")
    assert (links(linked, 4), lent(linked, 4)) == ([], [])
    written = b"".join(path.read_bytes() for path in linked.workspace.folder.glob("links.db*"))
    assert b"user-4-zq" not in written


def test_a_login_elsewhere_ends_the_link(linked: Shop) -> None:
    view(linked, {"anonymousId": "laptop-5", "userId": "user-other"}, "plain-2", HOUR, home=5)
    linked.clock.move(HOUR)
    linked.post("/v1/links/refresh", {})
    found = linked.get("/v1/links").json()
    assert (found["settled"], found["settledRight"]) == (1, 0)


def test_an_address_is_kept_nowhere_and_its_digest_in_the_event(linked: Shop) -> None:
    [event, *_] = linked.get("/v1/people/anonymous:laptop-0/events").json()["events"]
    assert len(event["context"]["trace"]["network"]) == 18
    held = b"".join(one.read_bytes() for one in linked.folder.rglob("*") if one.is_file())
    assert b"2001:db8:" not in held


def test_where_links_are_off_nothing_is_noted_and_nobody_can_be_linked(tmp_path: Path) -> None:
    shop = town(tmp_path / "data", people=1)
    [event, *_] = shop.get("/v1/people/anonymous:laptop-0/events").json()["events"]
    assert "trace" not in event["context"]
    assert shop.post("/v1/links/refresh", {}).status_code == 409
    shop.close()


def test_an_answer_is_the_same_whether_links_are_off_or_find_nobody(tmp_path: Path) -> None:
    answers = []
    for mode in ("off", "learned"):
        shop = town(tmp_path / mode, people=1, links=mode)
        items = [{**one, "exposureId": ""} for one in shown(shop, 0)]
        answers.append([one for one in items if not one["explore"]])
        shop.close()
    assert answers[0] == answers[1]


def test_links_go_when_a_shop_serves_with_links_off(tmp_path: Path) -> None:
    shop = town(tmp_path / "data", links="stated", links_precision=0.6)
    assert shop.post("/v1/links/refresh", {}).json()["links"]
    shop.close()
    again = Shop(tmp_path / "data")
    assert again.run(again.workspace.stores.links.kept()).links == ()
    again.close()


def test_too_little_truth_lends_nothing_and_says_so(tmp_path: Path) -> None:
    shop = town(tmp_path / "data", people=1, links="learned")
    found = shop.post("/v1/links/refresh", {}).json()
    assert (found["basis"], found["links"]) == ("nothing", [])
    assert "40 are needed" in found["why"]
    shop.close()


@pytest.mark.parametrize(
    ("name", "value"), [("links", "on"), ("links_precision", "0.3"), ("links_precision", "1.5")]
)
def test_a_setting_that_means_nothing_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({}, **{name: value})


def _facets(profile: dict[str, Any]) -> list[str]:
    long = profile["affinity"]["long"]
    return [f"{kind}:{one['name']}" for kind, many in long.items() for one in many]
