"""OpenFeature's own Node provider, unmodified, reads flags from a live server."""

import json
import subprocess
from typing import Any

import pytest

from tests.clients.orders import install_node_packages, node
from tests.clients.proxy import overloaded, proxy_to
from tests.clients.test_openfeature import CONFIG
from tests.live import Server

pytestmark = pytest.mark.clients

Told = list[dict[str, Any]]
_VALUES = {
    "control": [False, 0.5, 3, "plain", {"color": "red"}],
    "treatment": [True, 1.0, 5, "ornate", {"color": "blue"}],
}


@pytest.fixture(scope="module")
def shop(server: Server, secret_key: str) -> Server:
    """A live server with flags."""
    body = json.dumps({"files": {"a.yaml": CONFIG}}).encode()
    assert server.ask("PUT", "/v1/config", secret_key, body)[0] == 200
    return server


def ask(url: str, headers: dict[str, str], *asked: dict[str, Any]) -> Told:
    """Ask flags, one after the other, in one Node process."""
    program = str(install_node_packages() / "flags.cjs")
    done = subprocess.run(
        [node(), program],
        input=json.dumps({"url": url, "headers": headers, "asked": asked}).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    told: Told = json.loads(done.stdout)
    return told


def one(kind: str, flag: str, fallback: object, key: str | None = "u1") -> dict[str, Any]:
    context = {} if key is None else {"targetingKey": key}
    return {"kind": kind, "flag": flag, "fallback": fallback, "context": context}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_every_type_of_flag_is_read_in_each_arm(shop: Server, secret_key: str) -> None:
    kinds = [
        ("boolean", "fast", False), ("number", "rate", -1), ("number", "rows", -1),
        ("string", "words", ""), ("object", "look", {}),
    ]  # fmt: skip
    users = [f"u{number}" for number in range(12)]
    asked = [one(*kind, user) for user in users for kind in kinds]
    told = ask(shop.url, bearer(secret_key), *asked)
    rows = [told[at : at + len(kinds)] for at in range(0, len(told), len(kinds))]
    assert {row[0]["variant"] for row in rows} == set(_VALUES)
    for row in rows:
        assert [flag["value"] for flag in row] == _VALUES[row[0]["variant"]]
        assert row[0]["reason"] == "SPLIT"
        assert row[0]["flagMetadata"] == {"experiment": "faster"}


def test_mistakes_are_the_callers_default_with_the_protocols_code(
    shop: Server, secret_key: str
) -> None:
    told = ask(
        shop.url,
        {"X-API-Key": secret_key},
        one("string", "nothing", "mine"),
        one("boolean", "fast", False, None),
        one("number", "words", 7),
        one("string", "a flag/with ümlaut", "mine"),
    )
    assert [(flag["value"], flag["errorCode"]) for flag in told] == [
        ("mine", "FLAG_NOT_FOUND"),
        (False, "TARGETING_KEY_MISSING"),
        (7, "TYPE_MISMATCH"),
        ("mine", "FLAG_NOT_FOUND"),
    ]


def test_a_wrong_key_is_the_callers_default(shop: Server) -> None:
    (told,) = ask(shop.url, bearer("tb_sec_wrong"), one("boolean", "fast", True))
    assert (told["value"], told["reason"], told["errorCode"]) == (True, "ERROR", "GENERAL")


def test_who_is_told_to_wait_waits_and_comes_back(shop: Server, secret_key: str) -> None:
    asked = one("string", "words", "mine")
    with proxy_to(shop.port, overloaded(429)) as proxy:
        told = ask(proxy.url, bearer(secret_key), asked, asked, {**asked, "afterMs": 1100})
    assert [flag["value"] for flag in told[:2]] == ["mine", "mine"]
    assert "paused" in told[1]["errorMessage"]
    assert told[2]["value"] in {"plain", "ornate"}
    assert proxy.came_through == 1
