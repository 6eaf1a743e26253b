"""The first page in a real browser: sign in by the link, watch events arrive, use the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Tab, chromium, open_tab
from tests.browser.serving import Server, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="Chromium is not installed"),
]

_WIDTHS = (1280, 768, 390)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lend a server that knows one item with a nasty name."""
    with serving(tmp_path_factory.mktemp("data")) as lent:
        nasty = "<img src=x onerror=document.title='broken'>Trail tent"
        lent.send("PUT", "/v1/items", [{"id": "tent-1", "title": nasty, "price": 9}])
        yield lent


@pytest.fixture
def tab(server: Server, tmp_path: Path) -> Iterator[Tab]:
    """Lend a tab that has signed in by the link that the command line prints."""
    with open_tab(tmp_path) as lent:
        lent.size(1280, 900)
        lent.go(f"{server.url}/?key={server.key}")
        yield lent


def test_an_event_arrives_without_reloading(server: Server, tab: Tab) -> None:
    assert tab.evaluate("location.href") == f"{server.url}/"
    tab.until("document.getElementById('live-words').textContent === 'live'")
    server.track("tent-1", messageId="arrives")
    tab.until("document.querySelector('#events .event.fresh .title')?.textContent.endsWith('tent')")
    assert tab.evaluate("document.title").startswith("Overview")
    assert tab.complaints == []


def test_a_paused_list_holds_still_and_goes_on(server: Server, tab: Tab) -> None:
    tab.until("document.getElementById('live-words').textContent === 'live'")
    before = tab.evaluate("document.querySelectorAll('#events .event').length")
    tab.evaluate("document.getElementById('pause').click()")
    server.track("tent-1", messageId="paused")
    tab.until("document.getElementById('pause').textContent === 'Go on (1 new)'")
    assert tab.evaluate("document.querySelectorAll('#events .event').length") == before
    tab.evaluate("document.getElementById('pause').click()")
    assert tab.evaluate("document.querySelectorAll('#events .event').length") == before + 1


def test_a_person_is_shown_anew_when_they_do_something(server: Server, tab: Tab) -> None:
    server.track("tent-1", messageId="before", anonymousId="watched")
    tab.go(f"{server.url}/people/anonymous:watched")
    tab.until("document.getElementById('live-words').textContent === 'live'")
    server.track("tent-1", messageId="after", anonymousId="watched")
    tab.until("document.getElementById('journal').textContent.includes('2 events')")


@pytest.mark.parametrize("path", ["/", "/people/anonymous:a1", "/decide?who=a1"])
def test_a_page_fits_its_window(server: Server, tab: Tab, path: str) -> None:
    server.track("tent-1", messageId="fits")
    for width in _WIDTHS:
        tab.size(width, 900)
        tab.go(server.url + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_key_stroke_leads_past_the_navigation(tab: Tab) -> None:
    for kind in ("keyDown", "keyUp"):
        tab.call(
            "Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9
        )
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
