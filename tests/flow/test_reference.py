"""The API describes itself: every door, in terms that programs and people understand."""

import re
from typing import Any

import pytest

from tailorbird.api import build as building
from tailorbird.api.app import App
from tailorbird.api.openapi import bare
from tailorbird.api.routes import ROUTES
from tests.shop import Shop


@pytest.fixture
def doors(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    """Every door that the application has, by method and path, but for the dashboard's pages."""
    found: dict[tuple[str, str], Any] = {}

    def spy(exact: Any, patterned: Any, *rest: Any) -> App:
        found.update(exact)
        found.update({(method, bare(path)): door for method, path, door in patterned})
        return App(exact, patterned, *rest)

    monkeypatch.setattr(building, "App", spy)
    building.build(shop.install)
    pages = "tailorbird.dashboard"
    return {name: door for name, door in found.items() if not door.__module__.startswith(pages)}


@pytest.fixture
def document(shop: Shop) -> Any:
    """The description that the server serves."""
    return shop.get("/openapi.json", headers={"Authorization": ""}).json()


def test_every_door_is_in_the_table(doors: dict[tuple[str, str], Any]) -> None:
    assert set(doors) - set(ROUTES) == set()


def test_every_route_of_the_table_is_a_door(doors: dict[tuple[str, str], Any]) -> None:
    assert set(ROUTES) - set(doors) == set()


def test_every_door_says_in_a_sentence_what_it_does(doors: dict[tuple[str, str], Any]) -> None:
    assert [name for name, door in doors.items() if not (door.__doc__ or "").strip()] == []


def test_every_route_is_described(document: Any) -> None:
    described = {
        (method.upper(), path) for path, verbs in document["paths"].items() for method in verbs
    }
    assert described == set(ROUTES)


def test_every_reference_leads_to_a_schema(document: Any) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named <= set(document["components"]["schemas"])


def test_no_two_doors_share_a_name(document: Any) -> None:
    names = [door["operationId"] for verbs in document["paths"].values() for door in verbs.values()]
    assert len(names) == len(set(names))


def test_every_mistake_is_a_problem(document: Any) -> None:
    mistakes = [
        media
        for path, verbs in document["paths"].items()
        if not path.startswith("/ofrep/")  # which has a form of its own for mistakes
        for door in verbs.values()
        for status, reply in door["responses"].items()
        if status[0] == "4"
        for media in reply["content"]
    ]
    assert set(mistakes) == {"application/problem+json", "image/gif"}


def test_doors_without_a_key_say_so(document: Any) -> None:
    assert document["paths"]["/healthz"]["get"]["security"] == []


def test_the_page_shows_every_path(shop: Shop, document: Any) -> None:
    page = shop.get("/docs").text
    assert [path for path in document["paths"] if f"<code>{path}</code>" not in page] == []


def test_the_page_loads_nothing_from_elsewhere(shop: Shop) -> None:
    assert (
        re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", shop.get("/docs").text) == []
    )


def test_every_link_on_the_page_leads_somewhere(shop: Shop) -> None:
    page = shop.get("/docs").text
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
