"""The table of doors in the reference of the API, taken from the one that describes the server."""

from tailorbird.access.keys import Scope
from tailorbird.api.routes import ROUTES
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "reference" / "api.md"
_FOR_ALL = frozenset({Scope.COLLECT, Scope.DECIDE})


def make() -> Made:
    """Return the page with its tables as the doors are now."""
    rooms: dict[str, list[str]] = {}
    for (method, path), route in ROUTES.items():
        rooms.setdefault(route.room, []).append(f"| `{method} {path}` | {_key(route.scope)} |")
    head = "| door | key |\n| --- | --- |"
    parts = [f"### {room}\n\n{head}\n" + "\n".join(rows) for room, rows in rooms.items()]
    return {PAGE: put_between(stored(PAGE), "doors", "\n\n".join(parts))}


def _key(scope: Scope | None) -> str:
    if scope is None:
        return "none"
    kinds = "publishable or secret" if scope in _FOR_ALL else "secret"
    return f"{kinds}, scope `{scope}`"


if __name__ == "__main__":
    run(make)
