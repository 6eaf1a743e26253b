"""Features served and features exported: the same numbers, as of the same moments."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tailorbird.spine.clock import DAY_MS, HOUR_MS, format_time
from tests.commands import Done, command
from tests.shop import Shop

TENT = {"id": "tent", "title": "Tent", "price": 90, "category": "Camping > Tents", "brand": "MSR"}


@pytest.fixture
def lived_in(shop: Shop) -> Shop:
    """A shop with an item, and a visitor who looked at it and then logged in as Ada."""
    shop.stock(TENT)
    shop.track("Product Viewed", product_id="tent", anonymousId="b1")
    shop.clock.move(HOUR_MS)
    shop.post("/v1/identify", {"userId": "ada", "anonymousId": "b1"})
    shop.clock.move(HOUR_MS // 10)
    shop.track("Product Added", product_id="tent", price=90, userId="ada")
    return shop


def served(shop: Shop, person: str, item: str = "") -> dict[str, Any]:
    """Return what the door says of somebody now, all entities in one."""
    reply = shop.get(f"/v1/people/{person}/features" + (f"?item={item}" if item else ""))
    assert reply.status_code == 200, reply.text
    found = reply.json()["features"]
    return {name: value for values in found.values() for name, value in values.items()}


def exported(shop: Shop, *more: object) -> list[dict[str, str]]:
    done = command("features", "export", "--data", shop.folder, *more)
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def points(tmp_path: Path, *rows: tuple[str, int, str]) -> Path:
    lines = [f"{person},{format_time(at_ms)},{item}" for person, at_ms, item in rows]
    path = tmp_path / "points.csv"
    path.write_text("\n".join(["person,event_timestamp,item", *lines, ""]), "utf-8")
    return path


def as_text(values: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def test_a_feature_is_served_from_the_profile(lived_in: Shop) -> None:
    assert served(lived_in, "user:ada")["adds_to_cart"] == 1


def test_a_pair_is_served_when_an_item_is_named(lived_in: Shop) -> None:
    found = served(lived_in, "user:ada", "tent")
    assert (found["item_in_cart"], found["brand_fit"], found["item_price"]) == (1, 1.0, 9_000)


def test_without_consent_no_feature_says_anything(lived_in: Shop) -> None:
    refusal = {"userId": "ada", "purposes": {"personalization": False}}
    lived_in.call("PUT", "/v1/consent", json=refusal)
    assert served(lived_in, "user:ada")["adds_to_cart"] == 0


def test_a_look_at_features_is_in_the_audit_log(lived_in: Shop) -> None:
    served(lived_in, "user:ada")
    assert b"looked at the features of" in lived_in.written()


def test_the_list_of_the_door_is_the_list_of_the_command(lived_in: Shop) -> None:
    listed = command("features", "list", "--json").json()
    assert lived_in.get("/v1/features").json()["features"] == listed


def test_what_is_exported_of_the_past_was_served_then(lived_in: Shop, tmp_path: Path) -> None:
    asked, expected = [], []
    for hours in (0, 1, 30):
        lived_in.clock.move(hours * HOUR_MS)
        lived_in.track("Product Viewed", product_id="tent", userId="ada", price=90)
        asked.append(("user:ada", lived_in.clock(), "tent"))
        expected.append(as_text(served(lived_in, "user:ada", "tent")))
    lived_in.clock.move(DAY_MS)
    lived_in.track("Order Completed", userId="ada", products=[{"product_id": "tent"}])
    rows = exported(lived_in, "--points", points(tmp_path, *asked))
    of_items = {name for name in expected[0] if name not in rows[0]}
    assert all(name.startswith("item_") for name in of_items)
    assert [{name: row[name] for name in row if name in expected[0]} for row in rows] == [
        {name: was[name] for name in was if name not in of_items} for was in expected
    ]


def test_everybody_is_exported_as_of_now(lived_in: Shop) -> None:
    lived_in.written()
    rows = exported(lived_in)
    assert [row["adds_to_cart"] for row in rows] == ["1"]


def test_a_name_that_is_an_address_is_found_as_the_door_finds_it(
    shop: Shop, tmp_path: Path
) -> None:
    shop.track("Product Viewed", product_id="tent", userId="ada@mail.example")
    rows = exported(shop, "--points", points(tmp_path, ("user:ada@mail.example", shop.clock(), "")))
    assert rows[0]["product_views"] == "1"


def test_who_refuses_is_left_out_and_that_is_said(lived_in: Shop, tmp_path: Path) -> None:
    refusal = {"userId": "ada", "purposes": {"personalization": False}}
    lived_in.call("PUT", "/v1/consent", json=refusal)
    asked = points(tmp_path, ("user:ada", lived_in.clock(), ""))
    done: Done = command("features", "export", "--data", lived_in.folder, "--points", asked)
    assert (len(done.out.splitlines()), done.err) == (1, "1 points left out: no consent\n")


def test_nobody_is_a_row_of_what_an_unknown_visitor_has(shop: Shop, tmp_path: Path) -> None:
    rows = exported(shop, "--points", points(tmp_path, ("user:nobody", shop.clock(), "")))
    assert (rows[0]["orders"], rows[0]["days_since_last_seen"]) == ("0", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("person\nada\n", "event_timestamp"),
        ("person,event_timestamp\nuser:ada,soon\n", "line 2"),
        ("person,event_timestamp\n,2026-01-01\n", "`person` is empty"),
    ],
)
def test_a_bad_file_of_points_is_named(shop: Shop, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, "utf-8")
    done = command("features", "export", "--data", shop.folder, "--points", path)
    assert (done.code, says in done.err) == (1, True)


def test_a_feast_repository_has_a_file_for_each_entity(lived_in: Shop, tmp_path: Path) -> None:
    asked = points(tmp_path, ("user:ada", lived_in.clock(), "tent"))
    into = tmp_path / "repo"
    done = command(
        "features", "export", "--data", lived_in.folder, "--points", asked, "--feast", into
    )
    assert done.code == 0, done.err
    assert {path.name for path in (into / "data").iterdir()} == {
        "person.parquet",
        "session.parquet",
        "item.parquet",
        "pair.parquet",
    }
