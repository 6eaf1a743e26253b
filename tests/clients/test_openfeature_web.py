"""OpenFeature's own web provider, unmodified, in a real Chromium, on a page of another origin."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tailorbird.access.keys import KeyKind
from tests.browser.chromium import Tab, open_tab
from tests.clients.flag_page import flag_page
from tests.clients.proxy import overloaded, proxy_to
from tests.clients.test_openfeature import CONFIG
from tests.live import Server, equipment, live_server, make_key

pytestmark = [pytest.mark.clients, pytest.mark.browser]

STATIC = "  - {name: banner, value: plain}\nexperiments:"


class Page(NamedTuple):
    """A page in a browser, its origin, and the server that it asks."""

    tab: Tab
    origin: str
    server: Server
    secret: str

    def start(self, key: str, context: dict[str, Any], url: str | None = None, **more: Any) -> str:
        """Open the page anew, and let the provider fetch its flags."""
        self.tab.go(f"{self.origin}/")
        self.tab.until("globalThis.loaded")
        order = {"url": url or self.server.url, "key": key, "context": context, **more}
        said: str = self.tab.evaluate(f"start({json.dumps(order)})")
        return said

    def told(self, kind: str, flag: str, fallback: object) -> dict[str, Any]:
        """Return what the SDK says of a flag."""
        found: dict[str, Any] = self.tab.evaluate(
            f"told({json.dumps(kind)}, {json.dumps(flag)}, {json.dumps(fallback)})"
        )
        return found

    def configure(self, text: str) -> None:
        """Put another configuration in force."""
        body = json.dumps({"files": {"a.yaml": text}}).encode()
        assert self.server.ask("PUT", "/v1/config", self.secret, body)[0] == 200

    def key(self, *origins: str) -> str:
        """Return a publishable key for pages of some origins."""
        return make_key(self.server.folder, KeyKind.PUBLISHABLE, origins)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    equipment(shutil.which("chromium"), shutil.which("google-chrome"), name="Chromium")
    folder = tmp_path_factory.mktemp("flags")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(live_server(folder / "data"))
        origin = stack.enter_context(flag_page())
        tab = stack.enter_context(open_tab(folder))
        made = Page(tab, origin, server, make_key(server.folder))
        made.configure(CONFIG.replace("experiments:", STATIC, 1))
        yield made


def test_all_flags_come_with_one_call_to_a_key_of_this_origin(page: Page) -> None:
    assert page.start(page.key(page.origin), {"targetingKey": "b1"}) == "ready"
    found = page.told("Boolean", "fast", False)
    expected = {"control": (False, 0.5, 3, "plain"), "treatment": (True, 1, 5, "ornate")}
    values = (
        found["value"],
        page.told("Number", "rate", -1)["value"],
        page.told("Number", "rows", -1)["value"],
        page.told("String", "words", "")["value"],
    )
    assert values == expected[found["variant"]]
    assert (found["reason"], found["flagMetadata"]) == ("SPLIT", {"experiment": "faster"})
    assert page.tab.evaluate("heard.map((one) => one.status)") == [200]


def test_a_browser_is_in_the_arm_of_its_anonymous_id(page: Page) -> None:
    page.start(page.key(page.origin), {"targetingKey": "b7"})
    asked = {"context": {"targetingKey": "anonymous:b7"}}
    path = "/ofrep/v1/evaluate/flags/fast"
    _, body = page.server.ask("POST", path, page.secret, json.dumps(asked).encode())
    assert page.told("Boolean", "fast", False)["variant"] == json.loads(body)["variant"]


def test_another_visitor_gets_flags_of_their_own(page: Page) -> None:
    page.start(page.key(page.origin), {"targetingKey": "b0"})
    arms = set()
    for number in range(20):
        page.tab.evaluate(f"move({{targetingKey: 'b{number}'}})")
        arms.add(page.told("Boolean", "fast", False)["variant"])
    assert arms == {"control", "treatment"}


def test_an_unknown_flag_is_the_callers_default(page: Page) -> None:
    page.start(page.key(page.origin), {"targetingKey": "b1"})
    found = page.told("String", "nothing", "mine")
    assert (found["value"], found["errorCode"]) == ("mine", "FLAG_NOT_FOUND")


def test_without_a_targeting_key_only_flags_in_experiments_fall_back(page: Page) -> None:
    assert page.start(page.key(page.origin), {}) == "ready"
    found = page.told("Boolean", "fast", True)
    assert (found["value"], found["errorCode"]) == (True, "TARGETING_KEY_MISSING")
    assert page.told("String", "banner", "mine")["value"] == "plain"


def test_a_key_of_another_origin_is_refused_for_good(page: Page) -> None:
    said = page.start(page.key("https://elsewhere.example"), {"targetingKey": "b1"})
    assert said.startswith("PROVIDER_FATAL")
    assert page.tab.evaluate("heard.map((one) => one.status)") == [403]


def test_a_poll_that_finds_nothing_new_costs_no_body(page: Page) -> None:
    page.start(page.key(page.origin), {"targetingKey": "b1"}, pollInterval=100)
    page.tab.until("heard.length > 3")
    heard = page.tab.evaluate("heard")
    tag = heard[0]["tag"]
    assert tag
    assert {(one["status"], one["asked"]) for one in heard[1:]} == {(304, tag)}
    assert page.tab.evaluate("events.changed") == 0


def test_a_poll_finds_what_was_changed(page: Page) -> None:
    page.start(page.key(page.origin), {"targetingKey": "b1"}, pollInterval=100)
    changed = CONFIG.replace("experiments:", STATIC.replace("plain", "ornate"), 1)
    try:
        page.configure(changed)
        page.tab.until("told('String', 'banner', '').value === 'ornate'")
        assert page.tab.evaluate("events.changed") == 1
    finally:
        page.configure(CONFIG.replace("experiments:", STATIC, 1))


def test_who_is_told_to_wait_waits_and_keeps_its_flags(page: Page) -> None:
    with proxy_to(page.server.port) as proxy:
        key = page.key(page.origin)
        page.start(key, {"targetingKey": "b1"}, proxy.url, pollInterval=100)
        proxy.let_happen(overloaded(429))
        page.tab.until("heard.some((one) => one.status === 429)")
        assert page.told("String", "banner", "mine")["value"] == "plain"
        before = page.tab.evaluate("heard.length")
        page.tab.until(f"heard.length > {before}")
        heard = page.tab.evaluate("heard")
        refused = next(at for at, one in enumerate(heard) if one["status"] == 429)
        assert heard[refused]["wait"] == "1"
        assert heard[refused + 1]["status"] == 304
