"""What the tests of foreign clients share: one live server a module, and keys to it."""

from collections.abc import Iterator

import pytest

from tailorbird.access.keys import KeyKind
from tests.live import Server, live_server, make_key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with live_server(tmp_path_factory.mktemp("live") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def secret_key(server: Server) -> str:
    return make_key(server.folder)


@pytest.fixture(scope="module")
def page_key(server: Server) -> str:
    """A key that may stand in a page."""
    return make_key(server.folder, KeyKind.PUBLISHABLE)
