"""A page of another origin than ours, with OpenFeature's web SDK and OFREP provider on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.clients.orders import HERE, install_node_packages

_OPENFEATURE = "/node_modules/@openfeature"
# The packages' own modules, as they came: the browser itself puts them together.
_PAGE = f"""<!doctype html><title>Shop</title><link rel="icon" href="data:,">
<script type="importmap">{{"imports": {{
  "@openfeature/core": "{_OPENFEATURE}/core/dist/esm/index.js",
  "@openfeature/web-sdk": "{_OPENFEATURE}/web-sdk/dist/esm/index.js",
  "@openfeature/ofrep-web-provider": "{_OPENFEATURE}/ofrep-web-provider/index.esm.js",
  "@openfeature/ofrep-core":
    "{_OPENFEATURE}/ofrep-web-provider/node_modules/@openfeature/ofrep-core/index.esm.js"
}}}}</script>
<script type="module" src="/flags.js"></script>"""


@contextmanager
def flag_page() -> Iterator[str]:
    """Lend the origin of a page that can ask for flags."""
    handler = partial(_Page, install_node_packages())
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Page(SimpleHTTPRequestHandler):
    def __init__(self, folder: Path, *args: Any) -> None:
        super().__init__(*args, directory=str(folder))

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        body = _PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        return str(HERE / "flags.js") if path == "/flags.js" else super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""
