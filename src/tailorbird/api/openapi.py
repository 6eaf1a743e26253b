"""The description of the API by OpenAPI 3.1, made of the doors and the types they speak in."""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tailorbird import __version__
from tailorbird.api.http import Door
from tailorbird.api.problems import Problem
from tailorbird.api.routes import GIF, JSON, NDJSON, ROUTES, Described

_PROBLEMS = "application/problem+json"
_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{(\w+)(?::\w+)?\}")
_MISTAKES = {
    400: "The request is not understood; `detail` names the field.",
    401: "The key is missing, unknown or revoked.",
    403: "This key may not do that.",
    404: "There is nothing by that name.",
    409: "The request does not fit what is stored now.",
    413: "The body is too large.",
    501: "This needs an extra that is not installed here; `remedy` names it.",
    503: "Too busy; nothing was kept. Come back after `Retry-After` seconds.",
}
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer KEY`"},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "writeKey"},
}
_ABOUT = (
    "Collect events, decide what to show, and keep people's rights. A publishable key (`tb_pub_…`) "
    "collects, and decides for the visitor it names by `anonymousId`; a secret key (`tb_sec_…`) "
    "does what its scopes say. Bodies may be gzipped; events are taken as JSON under any "
    "Content-Type."
)


def described(doors: Iterable[tuple[str, str, Door]]) -> dict[str, Any]:
    """Return the document for the doors that the table of routes knows.

    Args:
        doors: method, path pattern and door of each.
    """
    known = [(method, bare(path), door) for method, path, door in doors]
    told = [(*one, ROUTES[one[0], one[1]]) for one in known if one[:2] in ROUTES]
    schemas = _Schemas(
        kind for *_, route in told for kind in (route.takes, route.gives, route.fault)
    )
    paths: dict[str, dict[str, Any]] = {}
    for method, path, door, route in told:
        operation = _operation(method, path, door, route)
        operation |= _request(route, schemas) | {"responses": _responses(path, route, schemas)}
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tailorbird", "version": __version__, "description": _ABOUT},
        "tags": [{"name": room} for room in dict.fromkeys(route.room for *_, route in told)],
        "paths": paths,
        "components": {"schemas": schemas.all, "securitySchemes": _KEYS},
    }


def bare(path: str) -> str:
    """Return a path pattern without the kinds of its parameters."""
    return _IN_PATH.sub(r"{\1}", path)


class _Schemas:
    """JSON schemas of all types at once, so that what two doors share is named once."""

    def __init__(self, kinds: Iterable[Any]) -> None:
        wanted = {repr(kind): kind for kind in kinds if kind is not None}
        types = [Problem, *wanted.values()]
        found, self.all = msgspec.json.schema_components(types, ref_template=_REF)
        self._of = dict(zip((repr(kind) for kind in types), found, strict=True))

    def of(self, kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 - types are values here
        """Return the schema of a type: a reference where it has a name."""
        return self._of[repr(kind)]


def _operation(method: str, path: str, door: Door, route: Described) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(door.__doc__ or "").partition("\n")
    needs = "" if route.scope is None else f"Needs the scope `{route.scope.value}`."
    name = re.sub(r"\W+", "_", path).strip("_") + ("_slash" if path.endswith("/") else "")
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
        for one in _IN_PATH.findall(path)
    ]
    parameters += [
        {"name": one, "in": "query", "schema": {"type": "string" if kind == "text" else "integer"}}
        for one, kind in route.query
    ]
    said = {
        "operationId": f"{method.lower()}_{name}",
        "tags": [route.room],
        "summary": summary.rstrip("."),
        "description": " ".join((*more.split(), needs)).strip(),
        "parameters": parameters,
        "security": [] if route.scope is None else [{one: []} for one in _KEYS],
    }
    return {key: value for key, value in said.items() if value or key == "security"}


def _request(route: Described, schemas: _Schemas) -> dict[str, Any]:
    if route.takes is None:
        return {}
    schema = schemas.of(route.takes)
    if route.media[0] == NDJSON:
        said = "One event a line, each as POST /v1/track takes it with its `type`."
        schema = {"type": "string", "description": said}
    return {"requestBody": {"required": True, "content": {route.media[0]: {"schema": schema}}}}


def _responses(path: str, route: Described, schemas: _Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schemas.of(route.gives)} if route.gives else {}
    media = {route.media[1]: content}
    found = {str(route.status): {"description": "It is done.", "content": media}}
    if path == "/readyz":
        found["503"] = {"description": "Something is wrong; `faults` says what.", "content": media}
    for status in sorted(_mistakes(route)):
        problem = {_PROBLEMS: {"schema": schemas.of(Problem)}}
        answer = media if route.media[1] == GIF else problem
        if route.fault is not None:
            answer = {**problem, JSON: {"schema": schemas.of(route.fault)}}
        found[str(status)] = {"description": _MISTAKES[status], "content": answer}
    return found


def _mistakes(route: Described) -> set[int]:
    found = set(route.mistakes)
    if route.scope is not None:
        found |= {401, 403}
    if route.takes is not None:
        found |= {400, 413}
    if route.query:
        found.add(400)
    return found
