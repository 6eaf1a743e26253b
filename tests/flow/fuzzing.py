"""Random requests made of /openapi.json, right and wrong ones, sent to the bare application."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import Message

from tests.shop import Shop, viewed

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_KNOWN = {
    "person": ("anonymous:a1", "user:u1"),
    "item": ("tent", "rope/1"),
    "request": ("r1",),
    "name": ("home_recs", "product_recs", "cart_recs", "hero", "cart_offer", "payment_methods"),
    "anonymousId": ("a1",),
    "userId": ("u1",),
    "product_id": ("tent", "rope/1"),
    "event": ("Product Viewed", "Order Completed", "Segment Consent Preference Updated"),
}
schemathesis.serializer.alias("application/x-ndjson", "text/plain")
_IN_PATH = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Aimed:
    """A request, the names that are put into it, and whether it has a key that opens.

    Attributes:
        case: what schemathesis made up.
        names: by field, a name that exists, or None to leave what was made up.
        keyed: nine of ten are.
    """

    case: Any
    names: Mapping[str, str | None]
    keyed: bool


def _aimed_at(strategies: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Aimed]:
    # The strategies are not arguments of what is composed: it would be printed with all of them.
    @st.composite
    def aimed(draw: st.DrawFn) -> Aimed:
        """Draw a door, then a request to it, then what it is aimed at."""
        case = draw(strategies[draw(st.integers(0, len(strategies) - 1))])
        names = {name: draw(st.sampled_from((None, *known))) for name, known in _KNOWN.items()}
        return Aimed(case, names, draw(st.integers(0, 9)) != 7)

    return aimed()


class Fuzzer:
    """A shop with a little in it, and what may be sent to it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.stock({"id": "tent", "category": "Camping > Tents"}, {"id": "rope/1"})
        shop.post("/v1/track", viewed("tent"))
        shop.post("/v1/identify", {"anonymousId": "a1", "userId": "u1"})
        document = schemathesis.openapi.from_dict(shop.get("/openapi.json").json())
        doors = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
        self._as_described = [door.as_strategy() for door in doors]
        self._against = [
            door.as_strategy(generation_mode=GenerationMode.NEGATIVE)
            for door in doors
            if door.body or door.query
        ]

    def cases(self) -> st.SearchStrategy[Aimed]:
        """Return requests as described, or against it, aimed at what exists or at nothing."""
        return _aimed_at(self._as_described + self._against)

    def each(self, number: int, count: int, take: Callable[[Aimed], None]) -> None:
        """Hand over so many requests one by one, the same ones for the same number."""

        @seed(number)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(self.cases())
        def hand_over(aimed: Aimed) -> None:
            take(aimed)

        hand_over()

    def send(self, aimed: Aimed) -> httpx.Response:
        """Send a request, and return the answer."""
        made = self.made(aimed)
        if made is None:
            reject()
        self.shop.clock.move(1)
        return self.shop.run(asked(self.shop, made))

    def made(self, aimed: Aimed) -> requests.PreparedRequest | None:
        """Return a request in bytes; None when it cannot be put into HTTP at all."""
        case, aims = aimed.case, aimed.names
        if isinstance(case.path_parameters, dict):
            case.path_parameters |= {
                name: aims[name]
                for name in _IN_PATH.findall(case.path)
                if aims.get(name) is not None
            }
        told = case.as_transport_kwargs(base_url="http://shop")
        if "json" in told:
            told["json"] = _aimed(told["json"], aims)
        headers = {str(name): str(value) for name, value in (told.get("headers") or {}).items()}
        if aimed.keyed:
            headers["Authorization"] = f"Bearer {self.shop.secret}"
        return _prepared({**told, "headers": headers})


def _aimed(value: Any, aims: Mapping[str, Any]) -> Any:
    """Put names that exist in the place of some random ones."""
    if isinstance(value, dict):
        return {
            name: aims[name] if aims.get(name) is not None else _aimed(inner, aims)
            for name, inner in value.items()
        }
    return [_aimed(inner, aims) for inner in value] if isinstance(value, list) else value


def _prepared(told: dict[str, Any]) -> requests.PreparedRequest | None:
    """Return the request in bytes; None when it cannot be put into HTTP at all."""
    try:
        return requests.Request(**told).prepare()
    except (ValueError, requests.exceptions.RequestException):
        return None


async def asked(shop: Shop, made: requests.PreparedRequest) -> httpx.Response:
    """Ask the bare application, as a server would."""
    url = httpx.URL(made.url or "")
    body = made.body.encode() if isinstance(made.body, str) else made.body or b""
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        heard.append(message)

    scope = {
        "type": "http",
        "method": made.method,
        "scheme": "http",
        "path": unquote(url.raw_path.partition(b"?")[0].decode("ascii"), errors="replace"),
        "query_string": url.query,
        "headers": [
            (name.lower().encode("latin-1"), _bytes(value)) for name, value in made.headers.items()
        ],
    }
    await shop.app(scope, receive, send)
    reply = httpx.Response(
        heard[0]["status"],
        headers=heard[0]["headers"],
        content=b"".join(message.get("body", b"") for message in heard[1:]),
        request=httpx.Request(made.method or "GET", made.url or ""),
    )
    reply.elapsed = timedelta(0)  # schemathesis wants to know; nothing here is timed
    return reply


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")
