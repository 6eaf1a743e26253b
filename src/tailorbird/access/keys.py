"""Keys: made once, shown once, kept as digests; and the token that proves a known user."""

import hashlib
import hmac
import secrets
from enum import StrEnum

import msgspec

from tailorbird.spine.ids import WorkspaceId


class KeyKind(StrEnum):
    """What a key is for: publishable ones go into web pages, secret ones stay on servers."""

    PUBLISHABLE = "publishable"
    SECRET = "secret"  # noqa: S105 - a kind of key, not a key


PREFIXES = {KeyKind.PUBLISHABLE: "tb_pub_", KeyKind.SECRET: "tb_sec_"}


class Scope(StrEnum):
    """What a secret key may do; `import` is apart from `collect`, as it may rewrite the past."""

    COLLECT = "collect"
    IMPORT = "import"
    DECIDE = "decide"
    PEOPLE = "people"
    ITEMS = "items"
    PRIVACY = "privacy"
    ADMIN = "admin"


ALL_SCOPES = tuple(Scope)


class Key(msgspec.Struct, frozen=True, rename="camel"):
    """A key as it is known, without its secret part."""

    id: str
    workspace: WorkspaceId
    kind: KeyKind
    label: str
    scopes: tuple[Scope, ...]
    origins: tuple[str, ...]
    created_at_ms: int
    revoked_at_ms: int | None = None

    @property
    def source(self) -> str:
        """The name under which its events are deduplicated and counted."""
        return self.id

    def may(self, scope: Scope) -> bool:
        """Return whether this key has a scope; publishable keys collect and decide only."""
        if self.kind is KeyKind.PUBLISHABLE:
            return scope in {Scope.COLLECT, Scope.DECIDE}
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def allows_origin(self, origin: str | None) -> bool:
        """Return whether a browser at this origin may use the key; no list means any."""
        return origin is None or not self.origins or origin in self.origins


def new_key(
    kind: KeyKind,
    workspace: WorkspaceId,
    now_ms: int,
    *,
    label: str = "",
    scopes: tuple[Scope, ...] = ALL_SCOPES,
    origins: tuple[str, ...] = (),
) -> tuple[Key, str]:
    """Return a new key and its text, which is never shown again."""
    text = PREFIXES[kind] + secrets.token_urlsafe(24)
    key = Key(
        id=f"k_{secrets.token_hex(6)}",
        workspace=workspace,
        kind=kind,
        label=label,
        scopes=scopes,
        origins=origins,
        created_at_ms=now_ms,
    )
    return key, text


def digest(text: str) -> bytes:
    """Return what is kept of a key's text. It has 192 random bits, so one round is enough."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def user_token(signing_secret: str, user_id: str) -> str:
    """Return the proof that a shop's server vouches for a user: hex HMAC-SHA256 of the user id."""
    return hmac.new(signing_secret.encode(), user_id.encode(), "sha256").hexdigest()


def vouched(signing_secret: str, user_id: str, token: str) -> bool:
    """Return whether a token is the user's, in constant time."""
    return hmac.compare_digest(user_token(signing_secret, user_id).encode(), token.encode())
