"""Two shops in one install, with the same ids for everything, see nothing of each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tailorbird.access.keys import KeyKind
from tailorbird.spine.ids import WorkspaceId
from tests.shop import Shop, ids

OTHER = WorkspaceId("other")


class Pair:
    """Both shops, each through its own key."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.here = shop.secret
        self.there = shop.key(KeyKind.SECRET, OTHER)
        self.other = shop.open(OTHER)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two shops of which only the first has anything in it."""
    opened = Shop(tmp_path / "data")
    pair = Pair(opened)
    opened.stock({"id": "tent", "title": "Tent"}, key=pair.here)
    opened.track("Product Viewed", product_id="tent", userId="u1", anonymousId="a1", key=pair.here)
    opened.post("/v1/identify", {"userId": "u1", "traits": {"email": "u1@x.example"}})
    opened.post("/v1/track", {"anonymousId": "a1", "event": 7}, key=pair.here)
    yield pair
    opened.close()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/people/user:u1",
        "/v1/people/anonymous:a1",
        "/v1/people/user:u1/events",
        "/v1/people/user:u1/decisions",
        "/v1/people/user:u1/identities",
        "/v1/items/tent",
    ],
)
def test_what_one_shop_has_is_not_found_in_the_other(pair: Pair, path: str) -> None:
    seen = [pair.shop.get(path, key=key).status_code for key in (pair.here, pair.there)]
    assert seen == [200, 404]


def test_a_person_id_of_one_shop_is_nobody_in_the_other(pair: Pair) -> None:
    person = pair.shop.get("/v1/people/user:u1").json()["personId"]
    assert pair.shop.get(f"/v1/people/{person}", key=pair.there).status_code == 404


def test_one_shops_items_are_not_offered_in_the_other(pair: Pair) -> None:
    pair.shop.run(pair.other.predictor.refresh())
    seen = [ids(pair.shop.decide("home_recs", key=key)) for key in (pair.here, pair.there)]
    assert seen == [["tent"], []]


def test_an_item_changed_in_one_shop_stays_as_it_was_in_the_other(pair: Pair) -> None:
    pair.shop.call("PUT", "/v1/items", json=[{"id": "tent", "title": "Marquee"}], key=pair.there)
    assert pair.shop.get("/v1/items/tent").json()["title"] == "Tent"


def test_one_shops_dead_letters_are_not_in_the_others_list(pair: Pair) -> None:
    seen = [
        pair.shop.get("/v1/dead-letters", key=key).json()["total"]
        for key in (pair.here, pair.there)
    ]
    assert seen == [1, 0]


def test_one_shops_dead_letter_is_not_replayed_by_the_other(pair: Pair) -> None:
    asked = {"letters": [{"id": 1}]}
    reply = pair.shop.post("/v1/dead-letters/replay", asked, key=pair.there).json()
    assert reply["results"][0]["reason"] == "there is no such dead letter"


def test_one_shops_numbers_are_not_in_the_others_report(pair: Pair) -> None:
    assert pair.shop.get("/v1/quality", key=pair.there).json()["days"] == {}


def test_a_refusal_in_one_shop_says_nothing_in_the_other(pair: Pair) -> None:
    wanted = {"userId": "u1", "purposes": {"personalization": False}}
    pair.shop.call("PUT", "/v1/consent", json=wanted, key=pair.here)
    purposes = pair.shop.get("/v1/consent?userId=u1", key=pair.there).json()["purposes"]
    assert purposes["personalization"] is True


def test_the_same_event_in_both_shops_is_no_duplicate(pair: Pair) -> None:
    for key in (pair.here, pair.there):
        reply = pair.shop.track("Looked", messageId="m1", key=key)
    assert reply.json()["accepted"] == 1


def test_an_erasure_in_one_shop_leaves_the_other_alone(pair: Pair) -> None:
    pair.shop.track("Looked", userId="u1", key=pair.there)
    whom = [{"identity_type": "controller_customer_id", "identity_value": "u1"}]
    asked = {"subject_request_type": "erasure", "subject_identities": whom}
    pair.shop.post("/v1/privacy/requests", asked, key=pair.here)
    seen = [
        pair.shop.get("/v1/people/user:u1", key=key).status_code for key in (pair.here, pair.there)
    ]
    assert seen == [404, 200]


def test_who_was_erased_in_one_shop_is_let_into_the_other(pair: Pair) -> None:
    whom = [{"identity_type": "controller_customer_id", "identity_value": "u1"}]
    asked = {"subject_request_type": "erasure", "subject_identities": whom}
    pair.shop.post("/v1/privacy/requests", asked, key=pair.here)
    late = {"userId": "u1", "timestamp": pair.shop.ago(60_000)}
    assert pair.shop.track("Looked", key=pair.there, **late).json()["accepted"] == 1


def test_an_access_in_one_shop_finds_nothing_of_the_other(pair: Pair) -> None:
    whom = [{"identity_type": "controller_customer_id", "identity_value": "u1"}]
    asked = {"subject_request_type": "access", "subject_identities": whom}
    data = pair.shop.post("/v1/privacy/requests", asked, key=pair.there).json()["data"]
    assert not any(data.values())


def test_a_receipt_of_one_shop_is_not_shown_in_the_other(pair: Pair) -> None:
    whom = [{"identity_type": "controller_customer_id", "identity_value": "u1"}]
    asked = {
        "subject_request_type": "access",
        "subject_identities": whom,
        "subject_request_id": "r",
    }
    pair.shop.post("/v1/privacy/requests", asked, key=pair.here)
    assert pair.shop.get("/v1/privacy/requests/r", key=pair.there).status_code == 404


def test_the_word_of_one_shop_is_nothing_in_the_other(pair: Pair) -> None:
    page = pair.shop.key(KeyKind.PUBLISHABLE, OTHER)
    token = pair.shop.token("u1")
    reply = pair.shop.decide("home_recs", key=page, userId="u1", userToken=token)
    assert reply.status_code == 403


def test_what_is_sealed_for_one_shop_is_not_opened_in_the_other(pair: Pair) -> None:
    here, there = pair.shop.workspace.stores.vault_file.seal, pair.other.stores.vault_file.seal
    assert here.digest("user:u1") != there.digest("user:u1")


def test_an_address_has_another_stand_in_in_each_shop(pair: Pair) -> None:
    here, there = pair.shop.workspace.pseudonyms, pair.other.pseudonyms
    assert here.stand_in("u1@x.example") != there.stand_in("u1@x.example")


def test_a_shop_that_nobody_asks_for_is_not_opened(pair: Pair) -> None:
    pair.shop.key(KeyKind.SECRET, WorkspaceId("idle"))
    assert [one.name for one in pair.shop.install.opened()] == ["main", "other"]
