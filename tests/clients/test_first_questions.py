"""What browser libraries ask for before they send anything, and the pixel that needs no library."""

import base64
import http.client
import json
import subprocess
from contextlib import closing
from urllib.parse import urlencode

import pytest

from tailorbird.spine.events import Event
from tests.live import TAILORBIRD, Server, logged

pytestmark = pytest.mark.clients


def test_segments_library_is_told_to_send_here_and_to_nobody_else(
    server: Server, page_key: str
) -> None:
    settings = server.get(f"/v1/projects/{page_key}/settings", page_key)
    assert settings["integrations"] == {
        "Segment.io": {
            "apiKey": page_key,
            "apiHost": f"{server.host}/v1",
            "protocol": "http",
            "addBundledMetadata": True,
        }
    }


def test_behind_a_proxy_the_library_is_told_what_the_proxy_says(
    server: Server, page_key: str
) -> None:
    headers = {"Host": "events.shop.example", "X-Forwarded-Proto": "https, http"}
    status, _, body = _get(server, f"/v1/projects/{page_key}/settings", headers)
    told = json.loads(body)["integrations"]["Segment.io"]
    assert (status, told["protocol"], told["apiHost"]) == (200, "https", "events.shop.example/v1")


def test_rudderstacks_library_is_told_that_its_source_is_on_without_destinations(
    server: Server, page_key: str
) -> None:
    basic = base64.b64encode(f"{page_key}:".encode()).decode()
    _, _, body = _get(server, "/sourceConfig/?p=npm", {"Authorization": f"Basic {basic}"})
    source = json.loads(body)["source"]
    assert (source["enabled"], source["destinations"]) == (True, [])


def test_rudderstacks_question_may_carry_its_key_in_the_query(
    server: Server, page_key: str
) -> None:
    status, _, _ = _get(server, f"/sourceConfig/?writeKey={page_key}")
    assert status == 200


@pytest.mark.parametrize("path", ["/v1/projects/nobody/settings", "/sourceConfig/?writeKey=nobody"])
def test_an_unknown_key_is_told_nothing(server: Server, path: str) -> None:
    status, _, _ = _get(server, path)
    assert status == 401


def test_a_key_made_while_the_server_runs_opens_its_doors(server: Server) -> None:
    made = subprocess.run(
        [TAILORBIRD, "keys", "create", "--kind", "publishable", "--data", server.folder, "--json"],
        capture_output=True,
        check=True,
    )
    key = json.loads(made.stdout)["key"]
    assert _get(server, f"/sourceConfig/?writeKey={key}")[0] == 200


def test_a_pixel_in_a_mail_is_an_event_with_its_properties(server: Server, page_key: str) -> None:
    query = {
        "writeKey": page_key,
        "anonymousId": '"pixel-1"',
        "event": "Product Viewed",
        "properties.product_id": "tent-9",
    }
    status, kind, _ = _get(server, f"/pixel/v1/track?{urlencode(query)}")
    (event,) = _events_of(server, "pixel-1")
    assert (status, kind) == (200, "image/gif")
    assert (event.name, [line.id for line in event.items]) == ("Product Viewed", ["tent-9"])


def test_a_page_pixel_is_a_page_view(server: Server, page_key: str) -> None:
    query = {"writeKey": page_key, "anonymousId": "pixel-2", "name": "Newsletter"}
    _get(server, f"/pixel/v1/page?{urlencode(query)}")
    (event,) = _events_of(server, "pixel-2")
    assert (event.kind, event.properties) == ("page", {"name": "Newsletter"})


def test_a_pixel_with_an_unknown_key_is_an_image_all_the_same(server: Server) -> None:
    status, kind, body = _get(server, "/pixel/v1/track?writeKey=nobody&anonymousId=pixel-3&event=x")
    assert (status, kind, body[:6]) == (401, "image/gif", b"GIF89a")


def _events_of(server: Server, visitor: str) -> list[Event]:
    return [event for event in logged(server.folder) if event.anonymous_id == visitor]


def _get(
    server: Server, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str | None, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
