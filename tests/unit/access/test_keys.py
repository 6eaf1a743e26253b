"""Keys: what each kind and scope may do, and the word of a shop about its user."""

import pytest

from tailorbird.access.keys import (
    PREFIXES,
    Key,
    KeyKind,
    Scope,
    digest,
    new_key,
    user_token,
    vouched,
)
from tailorbird.spine.ids import DEFAULT_WORKSPACE


def made(kind: KeyKind = KeyKind.SECRET, scopes: tuple[Scope, ...] = (), **more: object) -> Key:
    return new_key(kind, DEFAULT_WORKSPACE, 1, scopes=scopes, **more)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KeyKind)
def test_a_keys_text_begins_with_its_kind(kind: KeyKind) -> None:
    assert new_key(kind, DEFAULT_WORKSPACE, 1)[1].startswith(PREFIXES[kind])


def test_no_two_keys_are_the_same() -> None:
    texts = {new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1)[1] for _ in range(50)}
    assert len(texts) == 50


def test_a_keys_id_tells_nothing_of_its_text() -> None:
    key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1)
    assert key.id.removeprefix("k_") not in text


def test_a_publishable_key_may_collect_and_decide_only() -> None:
    key = made(KeyKind.PUBLISHABLE, tuple(Scope))
    assert {scope for scope in Scope if key.may(scope)} == {Scope.COLLECT, Scope.DECIDE}


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_a_secret_key_may_what_its_scope_says_and_no_more(scope: Scope) -> None:
    key = made(scopes=(scope,))
    assert {one for one in Scope if key.may(one)} == {scope}


def test_an_admin_may_everything() -> None:
    assert all(made(scopes=(Scope.ADMIN,)).may(scope) for scope in Scope)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True),
        (None, True),
        ("https://evil.example", False),
        ("http://shop.example", False),
        ("https://shop.example.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_is_allowed_by_its_whole_origin(origin: str | None, *, allowed: bool) -> None:
    assert made(origins=("https://shop.example",)).allows_origin(origin) is allowed


def test_a_key_without_origins_works_on_any_page() -> None:
    assert made().allows_origin("https://anywhere.example")


def test_a_word_is_the_hmac_sha256_of_the_user_id_in_hex() -> None:
    assert user_token("secret", "u1") == (
        "8a629605d37d74d6c872140bed892da5f3739914899fdd6171dfe43031786151"
    )


@pytest.mark.parametrize("token", ["", "0", user_token("other", "u1"), user_token("secret", "u2")])
def test_another_word_does_not_vouch(token: str) -> None:
    assert not vouched("secret", "u1", token)


@pytest.mark.parametrize("text", ["", "ä", "\ud800", "x" * 100_000])
def test_any_text_has_a_digest(text: str) -> None:
    assert len(digest(text)) == 32
