"""A server that is told to stop does so, whoever is still watching."""

import http.client
import signal
import time
from pathlib import Path

import pytest

from tests.browser.serving import serving

pytestmark = pytest.mark.long


def test_an_open_stream_does_not_delay_the_end(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        entry = http.client.HTTPConnection(server.host, timeout=10)
        entry.request("GET", f"/?key={server.key}")
        cookie = entry.getresponse().headers["set-cookie"].partition(";")[0]
        entry.close()
        stream = http.client.HTTPConnection(server.host, timeout=10)
        stream.request("GET", "/live", headers={"cookie": cookie})
        answer = stream.getresponse()
        assert answer.readline().startswith(b"retry:")
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert b"event: end" in answer.read()
        stream.close()
        assert server.process.wait(10) == 0
        assert time.monotonic() - started < 5
        assert not (tmp_path / "server.json").exists(), "it was cut off while closing"
