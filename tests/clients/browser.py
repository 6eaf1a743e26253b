"""Runs a foreign browser library in a real Chromium, on a page from another origin than ours."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from tests.browser.chromium import open_tab
from tests.clients.orders import HERE, Order, install_node_packages
from tests.live import equipment

_ARRIVING_S = 90.0
_LIBRARIES = {
    "segment-browser": "@segment/analytics-next/dist/umd/index.js",
    "rudder-browser": "@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js",
}
_BUNDLES = "/analytics-next/bundles/"
_PAGE = """<!doctype html><title>Shop</title><link rel="icon" href="data:,">
<script>window.analytics = {{ _cdn: location.origin }};</script>
<script src="/{library}"></script><script src="/browser.js"></script>"""

_WRONG_CLOCK = """
const RealDate = Date;
globalThis.Date = class extends RealDate {{
  constructor(...given) {{ super(...(given.length ? given : [RealDate.now() + {skew}])); }}
  static now() {{ return RealDate.now() + {skew}; }}
}};
"""


def browse(order: Order, folder: Path, arrived: Callable[[], bool]) -> None:
    """Let a page make the calls of an order, and leave it open until all has arrived.

    Args:
        order: what to do.
        folder: where the browser keeps its profile.
        arrived: says whether the page may be closed.
    """
    equipment(shutil.which("chromium"), shutil.which("google-chrome"), name="Chromium")
    with _pages(_LIBRARIES[order.library]) as address, open_tab(folder) as tab:
        wrong_clock = _WRONG_CLOCK.format(skew=order.skew_ms)
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=wrong_clock)
        tab.go(address)
        ordered = json.dumps(msgspec.to_builtins(order))
        assert tab.evaluate(f"run({ordered})") == "called"
        deadline = time.monotonic() + _ARRIVING_S
        while not arrived():
            assert time.monotonic() < deadline, f"not all has arrived; {tab.complaints}"
            tab.evaluate("1")  # keeps reading what the browser says
            time.sleep(0.05)


@contextmanager
def _pages(library: str) -> Iterator[str]:
    packages = install_node_packages() / "node_modules"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, packages, library))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Page(SimpleHTTPRequestHandler):
    """A page with one library on it, the library's files, and our script that calls it."""

    def __init__(self, packages: Path, library: str, *args: Any) -> None:
        self._library = library
        super().__init__(*args, directory=str(packages))

    def do_GET(self) -> None:
        if self.path == "/":
            body = _PAGE.format(library=self._library).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        if path == "/browser.js":
            return str(HERE / "browser.js")
        if path.startswith(_BUNDLES):
            path = f"/@segment/analytics-next/dist/umd/{path.removeprefix(_BUNDLES)}"
        return super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""
