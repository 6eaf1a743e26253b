"""The doorkeeper: which key a call carries, which shop it opens, and who may be spoken for."""

import base64

from tailorbird.access.keys import Key, KeyKind, Scope, vouched
from tailorbird.api.http import Call
from tailorbird.compose import Install, Workspace
from tailorbird.spine.errors import Forbidden, Unauthorized


class Visitor:
    """An authenticated call: the key, and the shop it opens."""

    __slots__ = ("key", "shop")

    def __init__(self, key: Key, shop: Workspace) -> None:
        self.key = key
        self.shop = shop

    @property
    def is_secret(self) -> bool:
        """Whether the caller is a server of the shop."""
        return self.key.kind is KeyKind.SECRET

    def must_vouch(self, user_id: str | None, token: str | None) -> None:
        """Let a browser speak for a known user only with the shop's signed word.

        Raises:
            Forbidden: a publishable key names a user without a valid token.
        """
        if user_id is None or self.is_secret:
            return
        if token is None or not vouched(self.shop.stores.signing_secret, user_id, token):
            raise Forbidden("A publishable key may name a `userId` only with its `userToken`")


class Doorkeeper:
    """Finds the key in a call and checks what it may do."""

    def __init__(self, install: Install) -> None:
        self._install = install

    async def admit(self, call: Call, scope: Scope, in_body: str | None = None) -> Visitor:
        """Return the visitor of a call.

        Args:
            call: the request.
            scope: what the door behind needs.
            in_body: a key that the body carried, used where no header has one.

        Raises:
            Unauthorized: no key, or one that is unknown or revoked.
            Forbidden: the key lacks the scope, or may not be used from this origin.
        """
        text = key_in(call) or in_body
        if not text:
            raise Unauthorized("No key was sent")
        key = self._install.keys.find(text)
        if key is None:
            raise Unauthorized("This key is unknown or revoked")
        if not key.may(scope):
            raise Forbidden(f"A {key.kind} key without the scope `{scope}` may not do this")
        if key.kind is KeyKind.PUBLISHABLE and not key.allows_origin(call.header(b"origin")):
            raise Forbidden(
                "This key may not be used from this origin",
                remedy="Add the origin to the key with `tailorbird keys create --origin`.",
            )
        return Visitor(key, await self._install.workspace(key.workspace))


def key_in(call: Call) -> str | None:
    """Return a call's key: Bearer, Basic (as user name), X-API-Key, or `writeKey` in the query."""
    authorization = call.headers.get(b"authorization")
    if authorization is not None:
        kind, _, value = authorization.decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            return value.strip()
        if kind.lower() == "basic":
            return _user_name(value.strip())
    given = call.header(b"x-api-key")
    if given is not None:
        return given.strip()
    if call.scope["query_string"]:
        return call.query().get("writeKey")
    return None


def _user_name(encoded: str) -> str | None:
    """A key without the colon behind it works too."""
    try:
        decoded = base64.b64decode(encoded, validate=False).decode("utf-8")
    except ValueError:  # not base64, not ASCII, or not UTF-8 behind it
        return None
    return decoded.partition(":")[0]
