"""The doors of consent and privacy: preferences, access, erasure."""

import secrets

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer, decoded
from tailorbird.collect.identifiers import identifier
from tailorbird.compose import Install
from tailorbird.consent.purposes import Purpose
from tailorbird.privacy.requests import (
    PrivacyRequest,
    RequestType,
    SubjectIdentity,
    decode_privacy_request,
)
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import BadRequest, NotFound
from tailorbird.spine.ids import IdentifierKey, Subject, anonymous_key, user_key

_MOST_BODY = 64 * 1024
_ANONYMOUS_TYPES = frozenset({"anonymous_id", "anonymousId", "cookie", "device_id"})


class ConsentRequest(msgspec.Struct, rename="camel"):
    """Choices of one subject."""

    purposes: dict[Purpose, bool]
    anonymous_id: str | None = None
    user_id: str | None = None
    user_token: str | None = None
    source: str = "api"


class UnknownRequest(NotFound):
    """There is no privacy request by that id."""


class PrivacyDoors:
    """Doors of consent and privacy."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/consent"): self.show_consent,
            ("PUT", "/v1/consent"): self.set_consent,
            ("POST", "/v1/privacy/requests"): self.request,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/privacy/requests/{request}", self.receipt)]

    async def show_consent(self, call: Call) -> Answer:
        """Show what a subject allows, and how that came about."""
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        query = call.query()
        subject = self._subject(
            visitor, query.get("anonymousId"), query.get("userId"), query.get("userToken")
        )
        return answer(await self._consent(visitor, subject))

    async def set_consent(self, call: Call) -> Answer:
        """Put a subject's choices on record; they hold from this moment."""
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        wanted = decoded(await call.body(_MOST_BODY), ConsentRequest, "a set of choices")
        subject = self._subject(visitor, wanted.anonymous_id, wanted.user_id, wanted.user_token)
        await visitor.shop.gate.record(
            subject, wanted.purposes, wanted.source[:60], self._install.clock()
        )
        return answer(await self._consent(visitor, subject))

    async def request(self, call: Call) -> Answer:
        """Carry out an access, portability or erasure request."""
        visitor = await self._keeper.admit(call, Scope.PRIVACY)
        wanted = decode_privacy_request(await call.body(_MOST_BODY))
        request_id = wanted.subject_request_id or f"r_{secrets.token_hex(8)}"
        keys = [self._key(visitor, identity) for identity in wanted.subject_identities]
        return await self._carry_out(visitor, wanted, request_id, keys)

    async def receipt(self, call: Call) -> Answer:
        """Show how a request stands, and its receipt."""
        visitor = await self._keeper.admit(call, Scope.PRIVACY)
        found = await visitor.shop.officer.receipt(call.params["request"])
        if found is None:
            raise UnknownRequest
        return answer(found)

    async def _carry_out(
        self,
        visitor: Visitor,
        wanted: PrivacyRequest,
        request_id: str,
        keys: list[IdentifierKey],
    ) -> Answer:
        officer = visitor.shop.officer
        self._install.audit.note(
            self._install.clock(),
            visitor.shop.name,
            visitor.key.id,
            f"privacy {wanted.subject_request_type}",
            request_id,
        )
        if wanted.subject_request_type is RequestType.ERASURE:
            return answer(await officer.erase(request_id, keys), 201)
        return answer(await officer.access(request_id, wanted.subject_request_type, keys), 201)

    def _key(self, visitor: Visitor, identity: SubjectIdentity) -> IdentifierKey:
        if identity.identity_format != "raw":
            raise BadRequest("`identity_format` must be raw")
        value = identifier(identity.identity_value, "identity_value")
        if value is None:
            raise BadRequest("`identity_value` is empty")
        value = visitor.shop.pseudonyms.stand_in(value)
        if identity.identity_type in _ANONYMOUS_TYPES:
            return anonymous_key(value)
        return user_key(value)

    def _subject(
        self, visitor: Visitor, anonymous_id: str | None, user_id: str | None, token: str | None
    ) -> Subject:
        user = identifier(user_id, "userId")
        anonymous = identifier(anonymous_id, "anonymousId")
        if user is None and anonymous is None:
            raise BadRequest("Say whose: `anonymousId` or `userId`")
        visitor.must_vouch(user, token)
        stand_in = visitor.shop.pseudonyms.stand_in
        return Subject(
            user_id=None if user is None else stand_in(user),
            anonymous_id=None if anonymous is None else stand_in(anonymous),
        )

    async def _consent(self, visitor: Visitor, subject: Subject) -> dict[str, object]:
        gate = visitor.shop.gate
        return {
            "purposes": await gate.state(subject),
            "history": [
                {**msgspec.to_builtins(one), "at": format_time(one.at_ms)}
                for one in await gate.history(subject)
            ],
        }
