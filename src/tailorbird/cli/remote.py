"""Talking to the server of a data folder, with a key that is made for the errand, then revoked."""

import http.client
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.beside import open_keys
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.ids import WorkspaceId

_TIMEOUT_S = 600
_ATTEMPTS = 60
_BUSY = frozenset({429, 503})


class ServerRefused(TailorbirdError):
    """The server did not do it."""

    remedy = "Look at the server's log."


class ServerGone(TailorbirdError):
    """The server that has this data folder does not answer."""

    remedy = "Look whether it still runs; what was done so far is kept."


class Remote:
    """A running server, spoken to as one of the shop's own servers.

    Args:
        settings: which data folder.
        url: where its server listens.
        workspace: the shop.
        label: what the key is called in the key ring.
    """

    def __init__(self, settings: Settings, url: str, workspace: WorkspaceId, label: str) -> None:
        parts = urlsplit(url)
        host = "127.0.0.1" if parts.hostname in {None, "0.0.0.0", "::"} else parts.hostname  # noqa: S104
        self._ring = open_keys(settings)
        key, self._text = new_key(KeyKind.SECRET, workspace, wall_clock(), label=label)
        self._ring.add(key, self._text)
        self._key = key
        self._connection = http.client.HTTPConnection(host or "", parts.port, timeout=_TIMEOUT_S)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Revoke the key."""
        self.close()

    def close(self) -> None:
        """Revoke the key, and hang up."""
        self._connection.close()
        self._ring.revoke(self._key.id, wall_clock())
        self._ring.close()

    def send(self, method: str, path: str, body: bytes = b"", **query: str) -> Any:  # noqa: ANN401
        """Return a call's answer; a server that is busy is asked again.

        Raises:
            ServerRefused: it answered with a problem.
            ServerGone: it does not answer.
        """
        target = quote(path, safe="/:") + (f"?{urlencode(query)}" if query else "")
        for attempt in range(_ATTEMPTS):
            status, after, answer = self._once(method, target, body, attempt)
            if status in _BUSY and attempt + 1 < _ATTEMPTS:
                time.sleep(after)
                continue
            if status >= http.client.BAD_REQUEST:
                raise _refused(status, answer)
            return msgspec.json.decode(answer)
        raise ServerGone

    def _once(
        self, method: str, target: str, body: bytes, attempt: int
    ) -> tuple[int, float, bytes]:
        headers = {"Authorization": f"Bearer {self._text}", "Content-Type": "application/json"}
        try:
            self._connection.request(method, target, body, headers)
            answer = self._connection.getresponse()
            return answer.status, float(answer.headers.get("Retry-After", "1")), answer.read()
        except (OSError, http.client.HTTPException) as cause:
            self._connection.close()
            if attempt + 1 == _ATTEMPTS or not isinstance(cause, ConnectionRefusedError):
                raise ServerGone(f"The server does not answer: {cause}") from cause
            return http.client.SERVICE_UNAVAILABLE, 0.5, b""


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    remedy: str = ""


def _refused(status: int, answer: bytes) -> ServerRefused:
    try:
        problem = msgspec.json.decode(answer, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    detail = problem.detail or problem.title or f"it answered {status}"
    return ServerRefused(detail, remedy=problem.remedy or None)
