"""A split that concerns many keeps nobody waiting for an answer, and loses nothing that comes."""

import asyncio
from typing import Any

import pytest

from tests.commands import command
from tests.shop import Shop, viewed

VISITORS, EVENTS = 60, 3_000
BROWSER = "kiosk"


@pytest.fixture
def kiosk(shop: Shop) -> Shop:
    """A shop with a browser on which one user after the other logged in, each with a history."""
    events = [
        viewed(f"i{n % 40}", userId=f"u{n % VISITORS}", messageId=f"m{n}") for n in range(EVENTS)
    ]
    logins = [
        {"type": "identify", "anonymousId": BROWSER, "userId": f"u{n}"} for n in range(VISITORS)
    ]
    calls = [*logins, *events]
    for start in range(0, len(calls), 500):
        reply = shop.post("/v1/batch", {"batch": calls[start : start + 500]})
        assert reply.json()["accepted"] == len(calls[start : start + 500])
    return shop


def split(shop: Shop) -> Any:
    return shop._call(  # noqa: SLF001 - two calls at once
        "POST",
        "/v1/people/user:u0/split",
        headers={"Authorization": f"Bearer {shop.secret}"},
        json={"anonymousId": BROWSER},
    )


def test_others_have_their_turn_all_through_a_split(kiosk: Shop) -> None:
    async def turns() -> int:
        parting = asyncio.ensure_future(split(kiosk))
        had = 0
        while not parting.done():
            had += 1
            await asyncio.sleep(0)
        assert (await parting).status_code == 200
        return had

    # Everybody who was on the kiosk is looked up twice, resolved and folded.
    assert kiosk.run(turns()) > 3 * EVENTS / 400


def test_what_comes_during_a_split_is_folded_after_it(kiosk: Shop) -> None:
    async def meanwhile() -> None:
        headers = {"Authorization": f"Bearer {kiosk.secret}"}
        late = kiosk._call(  # noqa: SLF001 - two calls at once
            "POST", "/v1/track", headers=headers, json=viewed("late", userId="u0")
        )
        for reply in await asyncio.gather(split(kiosk), late):
            assert reply.status_code == 200

    kiosk.run(meanwhile())
    items = kiosk.get("/v1/people/user:u0").json()["customer"]["lastItems"]
    assert "late" in [one["id"] for one in items]


def test_an_erasure_during_a_split_brings_nobody_back(kiosk: Shop) -> None:
    body = {
        "subject_request_type": "erasure",
        "subject_identities": [{"identity_type": "controller_customer_id", "identity_value": "u7"}],
    }

    async def meanwhile() -> None:
        headers = {"Authorization": f"Bearer {kiosk.secret}"}
        erasing = kiosk._call(  # noqa: SLF001 - two calls at once
            "POST", "/v1/privacy/requests", headers=headers, json=body
        )
        for reply in await asyncio.gather(split(kiosk), erasing):
            assert reply.status_code in {200, 201}

    kiosk.run(meanwhile())
    assert kiosk.get("/v1/people/user:u7").status_code == 404
    kiosk.run(kiosk.install.close())
    checked = command("replay", "--check", "--data", kiosk.folder, "--json").json()
    assert checked["different"] == 0
