"""The application: finds the door for a call, translates mistakes, answers preflights."""

import logging
from collections.abc import Callable, Mapping

from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from tailorbird.api.http import Answer, Call, Door, Stream, send_answer, send_stream
from tailorbird.api.problems import MethodNotAllowed, problem
from tailorbird.spine.errors import NotFound, TailorbirdError

log = logging.getLogger("tailorbird.api")

_PREFLIGHT_S = b"86400"


class App:
    """The ASGI application.

    Args:
        exact: doors by (method, path): the hot ones, found by one look into a dictionary.
        patterned: doors whose path has parameters, tried in order.
        lifespan: called with "startup" and "shutdown".
    """

    def __init__(
        self,
        exact: Mapping[tuple[str, str], Door],
        patterned: list[tuple[str, str, Door]],
        origins: tuple[str, ...],
        observe: Callable[[str, int, float], None] | None = None,
    ) -> None:
        self._exact = dict(exact)
        self._paths = {path for _, path in exact}
        self._patterned = [
            (Route(path, _never, methods=[method]), door) for method, path, door in patterned
        ]
        self._origins = origins
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        call = Call(scope, receive, {})
        if call.method == "OPTIONS":
            await send_answer(send, call, self._preflight(call))
            return
        try:
            found = await self._door(call)(call)
        except TailorbirdError as error:
            found = problem(error)
        if isinstance(found, Stream):
            await send_stream(send, call, found, self._cors(call))
        else:
            await send_answer(send, call, found, self._cors(call))

    def _door(self, call: Call) -> Door:
        method = "GET" if call.method == "HEAD" else call.method
        door = self._exact.get((method, call.path))
        if door is not None:
            return door
        methods = {method for method, path in self._exact if path == call.path}
        for route, patterned in self._patterned:
            match, child = route.matches({**call.scope, "method": method})
            if match is Match.FULL:
                call.params = child["path_params"]
                return patterned
            if match is Match.PARTIAL:
                methods |= route.methods or set()
        if methods:
            raise MethodNotAllowed(
                f"{call.path} does not take {call.method}", frozenset(methods - {"HEAD"})
            )
        raise NotFound(f"There is nothing at {call.path}", remedy="Look at /openapi.json.")

    def _allowed(self, origin: bytes) -> bool:
        return not self._origins or origin.decode("latin-1") in self._origins

    def _cors(self, call: Call) -> tuple[tuple[bytes, bytes], ...]:
        origin = call.headers.get(b"origin")
        if origin is None or not self._allowed(origin):
            return ()
        allowed = (
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"ETag, Retry-After"),
            (b"vary", b"Origin"),
        )
        if call.path in self._paths and call.path.startswith(("/v1/", "/beacon/")):
            # sendBeacon sends cookies along; these doors look at keys only, never at cookies.
            return (*allowed, (b"access-control-allow-credentials", b"true"))
        return allowed

    def _preflight(self, call: Call) -> Answer:
        """Answer without asking for a key: browsers send none with a preflight."""
        wanted = call.headers.get(b"access-control-request-headers", b"*")
        headers = (
            *self._cors(call),
            (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            (b"access-control-allow-headers", wanted),
            (b"access-control-max-age", _PREFLIGHT_S),
        )
        return Answer(body=b"", status=204, headers=headers)


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    """Routes are used for matching only."""
