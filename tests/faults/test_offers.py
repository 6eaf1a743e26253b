"""A server that is killed while it gives offers: no budget is broken, no code is lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.live import Server, live_server, make_key

OFFER = {
    "name": "week",
    "depths": [10],
    "depthWithoutModel": 10,
    "budget": {"total": 300},
    "codes": {"prefix": "W-"},
}
TENT = {"id": "tent", "title": "Tent", "price": 100, "cost": 40, "currency": "EUR"}
AFFORDABLE = 30  # codes of 10 euros each
ASKING = 60


def _offer(server: Server, key: str, who: int) -> str | None:
    asked = {
        "anonymousId": f"a{who}",
        "placements": [{"name": "cart_offer"}],
        "context": {"cart": [{"item": "tent"}]},
        "deadlineMs": 5_000,
    }
    try:
        status, body = server.ask("POST", "/v1/decide", key, json.dumps(asked).encode())
    except (OSError, HTTPException):  # killed in the middle of it
        return None
    found: Any = json.loads(body)["decisions"][0]["offer"] if status == 200 else None
    return None if found is None else str(found["code"])


def _everybody(server: Server, key: str) -> dict[int, str]:
    with ThreadPoolExecutor(8) as crowd:
        codes = crowd.map(lambda who: _offer(server, key, who), range(ASKING))
    return {who: code for who, code in enumerate(codes) if code is not None}


def test_a_kill_amid_offers_breaks_no_budget_and_loses_no_code(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = make_key(folder)
    with live_server(folder) as server:
        server.ask("PUT", "/v1/items", key, json.dumps([TENT]).encode())
        files = {"files": {"offers.yaml": json.dumps({"offers": [OFFER]})}}
        assert server.ask("PUT", "/v1/config", key, json.dumps(files).encode())[0] == 200
        with ThreadPoolExecutor(1) as other:
            crowd = other.submit(_everybody, server, key)
            while not _offer(server, key, 0):
                pass
            server.kill()
            told = crowd.result()
        server.start()
        again = _everybody(server, key)
    assert {who: again.get(who) for who in told} == told
    assert len(set(again.values())) == AFFORDABLE
