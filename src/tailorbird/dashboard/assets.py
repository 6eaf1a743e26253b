"""The pages' own files: styles, script and icon, served from the package, never from elsewhere."""

import hashlib
from importlib import resources

from tailorbird.api.http import Answer, Call
from tailorbird.spine.errors import NotFound

_TYPES = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
_FOREVER = b"public, max-age=31536000, immutable"


class Assets:
    """All static files, read once; an address changes with the file's content."""

    def __init__(self) -> None:
        folder = resources.files("tailorbird.dashboard") / "static"
        self._bodies = {
            file.name: file.read_bytes()
            for file in folder.iterdir()
            if file.name.rpartition(".")[2] in _TYPES
        }
        self._marks = {
            name: hashlib.blake2b(body, digest_size=6).hexdigest()
            for name, body in self._bodies.items()
        }

    def address(self, name: str) -> str:
        """Return where a file is served."""
        return f"/static/{name}?v={self._marks[name]}"

    async def serve(self, call: Call) -> Answer:
        """Serve a file to anybody: there is nothing personal in it."""
        name = call.params["file"]
        body = self._bodies.get(name)
        if body is None:
            raise NotFound(f"There is no file {name[:60]!r}")
        current = call.query().get("v") == self._marks[name]
        headers = (
            (b"cache-control", _FOREVER if current else b"no-cache"),
            (b"etag", f'"{self._marks[name]}"'.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"same-origin"),
        )
        if call.header(b"if-none-match") == f'"{self._marks[name]}"':
            return Answer(b"", 304, _TYPES[name.rpartition(".")[2]], headers)
        return Answer(body, 200, _TYPES[name.rpartition(".")[2]], headers)
