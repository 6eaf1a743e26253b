"""The guard of the pages: who has a session may look; everybody else is shown how to sign in."""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from tailorbird.access.keys import Key, KeyKind, Scope
from tailorbird.access.sessions import LASTS_MS
from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call, Door, Stream
from tailorbird.compose import Install
from tailorbird.dashboard.pages import Pages, moved
from tailorbird.spine.clock import SECOND_MS
from tailorbird.spine.errors import Forbidden, TailorbirdError

Look = Callable[[Call, Visitor], Awaitable[Answer | Stream]]
"""A page for somebody who is signed in."""

_MOST_FORM = 8 * 1024
_UNKNOWN = "This key is unknown or revoked."
_NOT_SECRET = "This is a publishable key; looking at people needs a secret one (tb_sec_…)."  # noqa: S105
_NO_SCOPE = "This key may not look at people: it lacks the scope `people`."


class Guard:
    """Lets in whoever showed a secret key that may look at people."""

    def __init__(self, install: Install, pages: Pages) -> None:
        self._install = install
        self._pages = pages

    def page(self, look: Look) -> Door:
        """Return a door to a page; a key in its address is turned into a session at once."""

        async def door(call: Call) -> Answer | Stream:
            try:
                given = call.query().get("key") if call.scope["query_string"] else None
                if given is not None:
                    return await self._welcome(call, given, call.path)
                visitor = await self.visitor(call)
                if visitor is None:
                    return self._sign_in(None, call.path, 200 if call.path == "/" else 401)
                return await look(call, visitor)
            except TailorbirdError as error:
                return self._pages.mistake(error)

        return door

    async def visitor(self, call: Call) -> Visitor | None:
        """Return who is signed in; None when nobody is, or no longer."""
        proof = _cookie(call, self._install.sessions.cookie)
        if proof is None:
            return None
        now_ms = self._install.clock()
        key = self._install.sessions.bearer(proof, self._install.keys, now_ms)
        if key is None or not key.may(Scope.PEOPLE):
            return None
        return Visitor(key, await self._install.workspace(key.workspace))

    async def sign_in(self, call: Call) -> Answer:
        """Take a key from the form."""
        try:
            _must_be_ours(call)
            form = parse_qs((await call.body(_MOST_FORM)).decode("utf-8", "replace"))
        except TailorbirdError as error:
            return self._pages.mistake(error)
        wanted = form.get("next", ["/"])[0]
        return await self._welcome(call, form.get("key", [""])[0].strip(), wanted)

    async def sign_out(self, call: Call) -> Answer:
        """End the session in this browser."""
        try:
            _must_be_ours(call)
        except TailorbirdError as error:
            return self._pages.mistake(error)
        return moved("/", (b"set-cookie", self._set_cookie(call, "", 0)))

    async def _welcome(self, call: Call, text: str, wanted: str) -> Answer:
        self._install.keys.refresh()
        key = self._install.keys.find(text) if text else None
        refusal = _refusal(key)
        if key is None or refusal is not None:
            return self._sign_in(refusal, wanted, 401)
        now_ms = self._install.clock()
        self._install.audit.note(now_ms, key.workspace, key.id, "signed in to", "the dashboard")
        proof = self._install.sessions.start(key, now_ms)
        cookie = self._set_cookie(call, proof, LASTS_MS // SECOND_MS)
        return moved(_within(wanted), (b"set-cookie", cookie))

    def _sign_in(self, refusal: str | None, wanted: str, status: int) -> Answer:
        return self._pages.page(
            "sign_in.html",
            status=status,
            headers=((b"vary", b"Cookie"),),
            refusal=refusal,
            wanted=_within(wanted),
            data=self._install.settings.data,
            here="",
            signed_in=False,
        )

    def _set_cookie(self, call: Call, proof: str, seconds: int) -> bytes:
        secure = "; Secure" if call.scope.get("scheme") == "https" else ""
        name = self._install.sessions.cookie
        return (
            f"{name}={proof}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        ).encode()


def _refusal(key: Key | None) -> str | None:
    if key is None:
        return _UNKNOWN
    if key.kind is not KeyKind.SECRET:
        return _NOT_SECRET
    return None if key.may(Scope.PEOPLE) else _NO_SCOPE


def _cookie(call: Call, name: str) -> str | None:
    text = call.header(b"cookie")
    if text is None:
        return None
    try:
        found = SimpleCookie(text).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _within(wanted: str) -> str:
    """Return a path of ours, ready for a header; the first page for what leads elsewhere."""
    try:
        parts = urlsplit(wanted.replace("\\", "/"))
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "//" in parts.path:
        return "/"
    query = f"?{quote(parts.query, safe='=&+%:@/,')}" if parts.query else ""
    return quote(parts.path, safe="/:@%,") + query


def _must_be_ours(call: Call) -> None:
    """Take forms of our own pages only: another site must not sign anybody in or out."""
    site, origin = call.header(b"sec-fetch-site"), call.header(b"origin")
    if site is None and origin is not None:
        host = call.header(b"host")
        site = "same-origin" if origin in {f"http://{host}", f"https://{host}"} else "cross-site"
    if site not in {None, "same-origin", "none"}:
        raise Forbidden(
            "This form was not sent from here", remedy="Open the page and send it there."
        )
