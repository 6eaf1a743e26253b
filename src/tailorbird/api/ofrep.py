"""The doors of OpenFeature's remote evaluation protocol (OFREP 0.3): flags for unmodified clients.

Answers and mistakes have the protocol's own shapes. `targetingKey` says for whom: `user:ID` or
`anonymous:ID`; a bare one is a user with a secret key, and a browser with a publishable one.
"""

import hashlib
from typing import Any

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.deciding import subject_of
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.consent.signals import from_gpc
from tailorbird.decide.flagging import Asker, Circumstances, FlagDesk
from tailorbird.decide.wire import DecideRequest
from tailorbird.experiments.evaluating import Evaluation, FlagFailure
from tailorbird.spine.clock import Clock
from tailorbird.spine.errors import BadRequest, Overloaded, TailorbirdError

_MOST_BODY = 64 * 1024
_GENERAL = "GENERAL"


class FlagsAsked(msgspec.Struct, frozen=True):
    """Whom flags are asked for: `targetingKey`, and what else is known of them."""

    context: dict[str, Any] = {}


class FlagFault(msgspec.Struct, frozen=True, rename="camel"):
    """A mistake in the protocol's own shape; `key` is the flag's, where one was asked for."""

    error_details: str
    error_code: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET


class FlagLine(msgspec.Struct, frozen=True, rename="camel"):
    """One flag among all: its value as of one alone, or `errorCode` and `errorDetails`."""

    key: str
    value: Any = msgspec.UNSET
    reason: str | msgspec.UnsetType = msgspec.UNSET
    variant: str | msgspec.UnsetType = msgspec.UNSET
    metadata: dict[str, str | int | bool] | msgspec.UnsetType = msgspec.UNSET
    error_code: str | msgspec.UnsetType = msgspec.UNSET
    error_details: str | msgspec.UnsetType = msgspec.UNSET


class FlagsShown(msgspec.Struct, frozen=True):
    """Every flag's answer."""

    flags: tuple[FlagLine, ...]
    metadata: dict[str, str | int | bool] = {}


class Unevaluable(BadRequest):
    """The request is not OFREP's; `code_word` says in OFREP's words what is wrong."""

    def __init__(self, detail: str, code_word: str) -> None:
        """Take OFREP's code."""
        super().__init__(detail)
        self.code_word = code_word


class OfrepDoors:
    """Doors that evaluate flags."""

    def __init__(self, keeper: Doorkeeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("POST", "/ofrep/v1/evaluate/flags"): self.all}

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("POST", "/ofrep/v1/evaluate/flags/{key:path}", self.one)]

    async def one(self, call: Call) -> Answer:
        """Evaluate one flag, as OFREP has it; telling it counts as seeing it."""
        key = call.params["key"]
        try:
            desk, asker = await self._asked(call)
            found = desk.told(key, asker, self._clock())
        except TailorbirdError as error:
            return _failed(error, key)
        if found is None:
            details = f"There is no flag {key!r}."
            return answer(FlagFailure(key, "FLAG_NOT_FOUND", details), 404)
        return answer(found, 400 if isinstance(found, FlagFailure) else 200)

    async def all(self, call: Call) -> Answer:
        """Evaluate all flags at once, as OFREP has it; `ETag` spares what has not changed."""
        try:
            desk, asker = await self._asked(call)
        except TailorbirdError as error:
            return _failed(error, None)
        found = answer(FlagsShown(tuple(map(_line, desk.all(asker, self._clock())))))
        tag = f'"{hashlib.blake2b(found.body, digest_size=12).hexdigest()}"'.encode()
        headers = ((b"etag", tag), (b"cache-control", b"no-cache"))
        if tag in call.headers.get(b"if-none-match", b""):
            return Answer(body=b"", status=304, headers=headers)
        return msgspec.structs.replace(found, headers=headers)

    async def _asked(self, call: Call) -> tuple[FlagDesk, Asker]:
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        context = _context(await call.body(_MOST_BODY))
        shop = visitor.shop
        desk = FlagDesk(shop.experimenter, shop.gate, shop.resolver, shop.journal)
        around = Circumstances(
            account=_text(context, "accountId", "groupId"),
            region=_text(context, "market", "country", "region"),
            session=_text(context, "sessionId"),
        )
        subject = subject_of(_named(context, visitor), visitor)
        return desk, await desk.asker(subject, from_gpc(call.header(b"sec-gpc")), around)


def _line(found: Evaluation | FlagFailure) -> FlagLine:
    return FlagLine(**msgspec.structs.asdict(found))


def _named(context: dict[str, Any], visitor: Visitor) -> DecideRequest:
    user_id, anonymous_id = _text(context, "userId"), _text(context, "anonymousId")
    if user_id is None and anonymous_id is None:
        key = _text(context, "targetingKey") or ""
        kind, colon, value = key.partition(":")
        if colon and kind in {"user", "anonymous"}:
            user_id, anonymous_id = (value, None) if kind == "user" else (None, value)
        elif key:
            user_id, anonymous_id = (key, None) if visitor.is_secret else (None, key)
    token = _text(context, "userToken")
    return DecideRequest((), anonymous_id=anonymous_id, user_id=user_id, user_token=token)


def _context(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise Unevaluable(f"The body is no JSON: {cause}", "PARSE_ERROR") from cause
    context = said.get("context", {}) if isinstance(said, dict) else None
    if not isinstance(context, dict):
        raise Unevaluable("`context` must be an object", "INVALID_CONTEXT")
    return context


def _text(context: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = context.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise Unevaluable(f"`{name}` must be a text", "INVALID_CONTEXT")
        if value is not None and value != "":
            return str(value)
    return None


def _failed(error: TailorbirdError, key: str | None) -> Answer:
    """Return a mistake in the protocol's shape; OFREP's clients wait for 429, and for no other."""
    word = error.code_word if isinstance(error, Unevaluable) else _GENERAL
    details = error.detail or error.title()
    body = {"errorDetails": details} | (
        {} if error.status in {401, 403, 503} else {"errorCode": word}
    )
    if isinstance(error, Overloaded):
        wait = str(error.retry_after_s).encode()
        return Answer(msgspec.json.encode(body), 429, headers=((b"retry-after", wait),))
    return answer(body if key is None else {"key": key, **body}, error.status)
