"""Exports: what is stored as NDJSON, read beside whoever writes."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands import command
from tests.shop import Shop

KINDS = ("events", "people", "decisions", "messages", "exposures", "dead-letters")


@pytest.fixture
def lived_in(shop: Shop) -> Shop:
    """A shop, still open, with an item, two visitors, a decision and a refused event."""
    shop.stock({"id": "tent", "title": "Tent"})
    shop.track("Product Viewed", product_id="tent", userId="ada", timestamp="2023-01-05T00:00:00Z")
    shop.track("Product Viewed", product_id="tent", anonymousId="b2")
    shop.track("Recommendation Clicked", exposureId="x1", product_id="tent", userId="ada")
    shop.post("/v1/track", {"anonymousId": "b2", "event": 7})
    shop.decide("home_recs", userId="ada")
    shop.written()
    return shop


def exported(shop: Shop, what: str, *more: str) -> list[Any]:
    return command("export", what, "--data", shop.folder, *more).lines()


@pytest.mark.parametrize(
    ("what", "rows"),
    [("events", 3), ("people", 2), ("decisions", 1), ("messages", 0), ("dead-letters", 1)],
)
def test_an_export_has_a_line_for_each(lived_in: Shop, what: str, rows: int) -> None:
    assert len(exported(lived_in, what)) == rows


def test_an_event_looks_as_the_api_shows_it(lived_in: Shop) -> None:
    by_api = lived_in.get("/v1/people/user:ada/events").json()["events"]
    ours = [one for one in exported(lived_in, "events") if one.get("userId") == "ada"]
    assert sorted(ours, key=lambda one: -one["offset"]) == by_api


def test_a_person_looks_as_the_api_shows_them(lived_in: Shop) -> None:
    by_api = lived_in.get("/v1/people/user:ada").json()
    ours = {one["identity"]["userId"]: one for one in exported(lived_in, "people")}["ada"]
    assert ours["customer"]["counters"] == by_api["customer"]["counters"]


def test_a_persons_id_is_said_once(lived_in: Shop) -> None:
    text = lived_in.get("/v1/people/user:ada").text
    assert text.count('"personId"') == 1


def test_contact_data_is_not_exported_in_bulk(lived_in: Shop) -> None:
    login = {"userId": "ada", "traits": {"email": "ada@mail.example"}}
    lived_in.post("/v1/identify", login)
    lived_in.written()
    shown = "".join(command("export", what, "--data", lived_in.folder).out for what in KINDS)
    assert "ada@mail.example" not in shown


def test_of_somebody_who_refused_no_profile_is_exported(lived_in: Shop) -> None:
    wanted = {"userId": "ada", "purposes": {"personalization": False}}
    lived_in.call("PUT", "/v1/consent", json=wanted)
    lived_in.written()
    ours = {one["identity"]["userId"]: one for one in exported(lived_in, "people")}["ada"]
    assert ours["customer"]["counters"] == {}


def test_exposures_tell_what_was_shown_and_what_came_of_it(lived_in: Shop) -> None:
    kinds = {one["kind"] for one in exported(lived_in, "exposures")}
    assert kinds == {"shown", "outcome"}


def test_a_shown_item_names_its_exposure(lived_in: Shop) -> None:
    shown = [one for one in exported(lived_in, "exposures") if one["kind"] == "shown"]
    assert all(one["exposureId"] and one["item"] == "tent" for one in shown)


def test_only_what_happened_since_is_exported(lived_in: Shop) -> None:
    assert len(exported(lived_in, "events", "--since", "2023-02-01")) == 2


def test_a_moment_that_is_none_is_a_mistake(lived_in: Shop) -> None:
    done = command("export", "events", "--data", lived_in.folder, "--since", "yesterday")
    assert done.code == 1


def test_an_unknown_workspace_is_a_mistake_that_names_the_known(lived_in: Shop) -> None:
    done = command("export", "events", "--data", lived_in.folder, "--workspace", "nope")
    assert (done.code, "main" in done.err) == (1, True)


@pytest.mark.parametrize("what", KINDS)
def test_an_export_of_nothing_is_empty(tmp_path: Path, what: str) -> None:
    (tmp_path / "data" / "workspaces" / "main").mkdir(parents=True)
    done = command("export", what, "--data", tmp_path / "data")
    assert (done.code, done.out) == (0, "")
