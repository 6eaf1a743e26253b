"""Segments through the doors: found, shown, corrected by hand, told to the log, and forgotten."""

import tarfile
from pathlib import Path

import pytest

from tailorbird.storage.embedded.archive import pack
from tailorbird.storage.embedded.folder import DataFolder
from tests.makers import DAY
from tests.shop import Shop

PEOPLE = 60


def history(number: int, shop: Shop) -> list[dict[str, object]]:
    """Return what somebody did: every other one buys tents often, the others look at books."""
    user = f"user-{number:03}"
    events: list[dict[str, object]] = []
    buys = number % 2 == 0
    for step in range(4 + number % 3):
        at = shop.ago((2 + step * 3) * DAY)
        product = {
            "product_id": f"{'tent' if buys else 'book'}-{step}",
            "category": "Outdoor" if buys else "Books",
            "price": 80 if buys else 12,
        }
        common = {"type": "track", "userId": user, "timestamp": at}
        key = f"{user}-{step}"
        events.append(
            {**common, "event": "Product Viewed", "messageId": key, "properties": product}
        )
        if buys:
            order = {
                "order_id": key,
                "revenue": 80,
                "currency": "EUR",
                "products": [{**product, "quantity": 1}],
            }
            events.append(
                {
                    **common,
                    "event": "Order Completed",
                    "messageId": f"{key}-o",
                    "properties": order,
                }
            )
    return events


@pytest.fixture
def crowded(shop: Shop) -> Shop:
    """A shop with sixty people of two kinds, parted once."""
    for number in range(PEOPLE):
        answer = shop.post("/v1/batch", {"batch": history(number, shop)})
        assert answer.status_code == 200, answer.text
    assert shop.post("/v1/segments/refresh", {}).status_code == 200
    return shop


def segment_of(shop: Shop, user: str) -> list[str]:
    """Return the names of the segments that a user is in, as rules see them."""
    person = shop.get(f"/v1/people/user:{user}").json()["personId"]
    return list(shop.workspace.stores.segments.called(person))


def told(shop: Shop, user: str) -> list[str]:
    """Return the segment events of a user, oldest first."""
    events = shop.get(f"/v1/people/user:{user}/events").json()["events"]
    names = [one["event"] for one in events if "Segment" in str(one.get("event"))]
    return names[::-1]


def test_before_the_first_run_there_are_none(shop: Shop) -> None:
    assert shop.get("/v1/segments").json()["segments"] == []


def test_a_shop_with_a_past_only_is_looked_at_as_of_its_last_day(crowded: Shop) -> None:
    first = crowded.get("/v1/segments").json()
    crowded.clock.move(500 * DAY)
    again = crowded.post("/v1/segments/refresh", {}).json()
    assert again["people"] == first["people"]
    assert [one["description"] for one in again["segments"]] == [
        one["description"] for one in first["segments"]
    ]


def test_too_few_people_are_a_clear_refusal(shop: Shop) -> None:
    refused = shop.post("/v1/segments/refresh", {})
    assert (refused.status_code, "50 are needed" in refused.json()["detail"]) == (409, True)


def test_everybody_is_in_one_segment(crowded: Shop) -> None:
    shown = crowded.get("/v1/segments").json()
    assert sum(one["people"] for one in shown["segments"]) == PEOPLE


def test_a_segments_people_are_listed_page_by_page(crowded: Shop) -> None:
    segment = crowded.get("/v1/segments").json()["segments"][0]
    path = f"/v1/segments/{segment['id']}/people?limit=4"
    ids: list[str] = []
    after: str | None = ""
    while after is not None:
        page = crowded.get(f"{path}&after={after}").json()
        ids += [one["personId"] for one in page["people"]]
        after = page["next"]
    assert (len(ids), len(set(ids))) == (segment["people"], segment["people"])


def test_entering_is_an_event_in_the_log(crowded: Shop) -> None:
    assert told(crowded, "user-001") == ["Segment Entered"]


def test_a_second_run_on_the_same_people_tells_nothing(crowded: Shop) -> None:
    crowded.clock.move(DAY)
    shown = crowded.post("/v1/segments/refresh", {}).json()
    assert shown["stability"] >= 0.9
    assert told(crowded, "user-001") == ["Segment Entered"]


def test_changing_over_is_an_exit_and_an_entry(crowded: Shop) -> None:
    (mine,) = segment_of(crowded, "user-001")
    segments = {one["name"]: one["id"] for one in crowded.get("/v1/segments").json()["segments"]}
    other = next(name for name in segments if name != mine)
    crowded.post(f"/v1/segments/{segments[mine]}/merge", {"into": segments[other]})
    assert told(crowded, "user-001")[1:] == ["Segment Exited", "Segment Entered"]
    assert segment_of(crowded, "user-001") == [other]


def test_a_segment_is_renamed_for_good(crowded: Shop) -> None:
    crowded.call("PATCH", "/v1/segments/s1", json={"name": "Our favorites"})
    crowded.clock.move(DAY)
    shown = crowded.post("/v1/segments/refresh", {}).json()
    assert "Our favorites" in {one["name"] for one in shown["segments"]}


def test_a_pinned_person_stays_until_taken_out(crowded: Shop) -> None:
    mine = segment_of(crowded, "user-001")
    segments = crowded.get("/v1/segments").json()["segments"]
    other = next(one for one in segments if one["name"] not in mine)
    path = f"/v1/segments/{other['id']}/people/user:user-001"
    assert crowded.call("PUT", path).status_code == 200
    crowded.clock.move(DAY)
    crowded.post("/v1/segments/refresh", {})
    assert segment_of(crowded, "user-001") == [other["name"]]
    crowded.call("DELETE", path)
    assert segment_of(crowded, "user-001") == mine


def test_an_erased_person_is_in_no_segment_and_in_no_file(crowded: Shop) -> None:
    person = crowded.get("/v1/people/user:user-003").json()["personId"]
    request = {
        "subject_request_type": "erasure",
        "subject_identities": [
            {"identity_type": "controller_customer_id", "identity_value": "user-003"}
        ],
    }
    receipt = crowded.post("/v1/privacy/requests", request).json()
    assert {"store": "segments", "found": 1, "done": "erased"} in receipt["stores"]
    assert list(crowded.workspace.stores.segments.called(person)) == []
    assert b"user-003" not in crowded.written()


def test_access_shows_the_segments_that_somebody_is_in(crowded: Shop) -> None:
    request = {
        "subject_request_type": "access",
        "subject_identities": [
            {"identity_type": "controller_customer_id", "identity_value": "user-003"}
        ],
    }
    held = crowded.post("/v1/privacy/requests", request).json()["data"]["segments"]
    assert [one["name"] for one in held] == segment_of(crowded, "user-003")


def test_who_refuses_leaves_without_a_word(crowded: Shop) -> None:
    refusal = {"userId": "user-003", "purposes": {"personalization": False}}
    assert crowded.call("PUT", "/v1/consent", json=refusal).status_code == 200
    crowded.post("/v1/segments/refresh", {})
    assert segment_of(crowded, "user-003") == []
    assert "Segment Exited" not in told(crowded, "user-003")


def test_an_unknown_segment_is_a_404(crowded: Shop) -> None:
    assert crowded.get("/v1/segments/nix/people").status_code == 404


def test_segments_are_not_for_browsers(crowded: Shop) -> None:
    assert crowded.get("/v1/segments", key=crowded.publishable).status_code == 403


def test_a_backup_has_the_segments(crowded: Shop, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    pack(DataFolder(crowded.folder), target, "2026-01-01T00:00:00Z", with_secret=False)
    with tarfile.open(target) as packed:
        assert "workspaces/main/segments.db" in packed.getnames()


def test_what_the_engine_says_of_a_browser_is_no_visit(crowded: Shop) -> None:
    seen = crowded.get("/v1/people/user:user-001").json()["customer"]["lastSeenAt"]
    crowded.clock.move(DAY)
    crowded.call("PUT", "/v1/segments/s1/people/user:user-001")
    crowded.call("PUT", "/v1/segments/s2/people/user:user-001")
    again = crowded.get("/v1/people/user:user-001").json()["customer"]["lastSeenAt"]
    assert again == seen
