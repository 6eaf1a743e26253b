"""Keys from the command line: made, shown without their secret part, revoked."""

from pathlib import Path

import pytest

from tests.commands import command


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def made(data: Path, *more: str) -> dict[str, str]:
    key: dict[str, str] = command("keys", "create", "--data", data, "--json", *more).json()
    return key


def listed(data: Path) -> list[dict[str, object]]:
    keys: list[dict[str, object]] = command("keys", "list", "--data", data, "--json").json()
    return keys


@pytest.mark.parametrize(("kind", "prefix"), [("secret", "tb_sec_"), ("publishable", "tb_pub_")])
def test_a_key_begins_as_its_kind_does(data: Path, kind: str, prefix: str) -> None:
    assert made(data, "--kind", kind)["key"].startswith(prefix)


def test_a_key_is_printed_alone_for_scripts(data: Path) -> None:
    assert len(command("keys", "create", "--kind", "secret", "--data", data).out.split()) == 1


def test_a_key_keeps_its_origins(data: Path) -> None:
    made(data, "--kind", "publishable", "--origin", "https://a.example")
    assert listed(data)[0]["origins"] == ["https://a.example"]


def test_a_key_keeps_its_scopes(data: Path) -> None:
    made(data, "--kind", "secret", "--scope", "collect", "--scope", "items")
    assert listed(data)[0]["scopes"] == ["collect", "items"]


def test_a_list_shows_no_secret_part(data: Path) -> None:
    key = made(data, "--kind", "secret")["key"]
    assert key not in command("keys", "list", "--data", data, "--json").out


def test_a_revoked_key_is_shown_as_such(data: Path) -> None:
    key = made(data, "--kind", "secret")["id"]
    command("keys", "revoke", key, "--data", data)
    assert listed(data)[0]["revokedAtMs"] is not None


def test_a_key_is_revoked_once_only(data: Path) -> None:
    key = made(data, "--kind", "secret")["id"]
    codes = [command("keys", "revoke", key, "--data", data).code for _ in range(2)]
    assert codes == [0, 1]


def test_the_signing_secret_of_a_shop_stays_the_same(data: Path) -> None:
    made(data, "--kind", "secret")
    shown = {command("keys", "signing-secret", "--data", data).out for _ in range(2)}
    assert len(shown) == 1


def test_each_shop_has_a_signing_secret_of_its_own(data: Path) -> None:
    made(data, "--kind", "secret")
    shops = ("main", "other")
    shown = {command("keys", "signing-secret", "--data", data, "--workspace", s).out for s in shops}
    assert len(shown) == 2
