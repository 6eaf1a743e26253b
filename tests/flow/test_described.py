"""A look at what somebody would be shown who is only described."""

from typing import Any

import pytest

from tests.shop import Reply, Shop

SHELF = tuple(
    {"id": f"{kind}-{n}", "title": f"{kind} {n}", "category": f"Camping > {kind}"}
    for kind in ("Tents", "Stoves")
    for n in range(4)
)


def looked_at(item: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "properties": {"product_id": item},
        **fields,
    }


def preview(shop: Shop, *history: dict[str, Any], name: str = "home_recs") -> Reply:
    decide = {"placements": [{"name": name}]}
    return shop.post("/v1/config/preview", {"person": list(history), "decide": decide})


@pytest.fixture
def shelf(shop: Shop) -> Shop:
    """A shop whose stoves everybody looks at."""
    shop.stock(*SHELF)
    for n in range(4):
        shop.track("Product Viewed", anonymousId="others", product_id=f"Stoves-{n}")
    shop.refresh()
    return shop


def first(reply: Reply) -> str:
    shown: str = reply.json()["decisions"][0]["items"][0]["id"]
    return shown


def test_somebody_described_is_shown_what_fits_what_they_did(shelf: Shop) -> None:
    found = preview(shelf, looked_at("Tents-0"), looked_at("Tents-1"))
    assert first(found).startswith("Tents")
    assert found.json()["decisions"][0]["level"] == "session"


def test_nobody_described_is_shown_what_everybody_sees(shelf: Shop) -> None:
    assert first(preview(shelf)).startswith("Stoves")


def test_of_somebody_described_nothing_is_kept(shelf: Shop) -> None:
    before = shelf.run(shelf.workspace.log.count())
    preview(shelf, looked_at("Tents-0", userId="made-up"))
    assert shelf.run(shelf.workspace.log.count()) == before
    assert shelf.get("/v1/people/user:made-up").status_code == 404


def test_what_cannot_have_been_done_is_named(shelf: Shop) -> None:
    reply = preview(shelf, looked_at("Tents-0"), looked_at("Tents-1", timestamp="9999-99-99"))
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("`person[1]` timestamp:")
