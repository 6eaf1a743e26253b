"""The doors of reference: the API described for programs, and the same as a page to read."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.api.openapi import described

_CODE = re.compile(r"`([^`]+)`")
_HTML = b"text/html; charset=utf-8"
_SAFE = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
)


class ReferenceDoors:
    """Doors that describe all doors.

    Args:
        exact: doors by method and path; those added later are described too.
        patterned: doors by method and path pattern.
    """

    def __init__(
        self,
        exact: Mapping[tuple[str, str], Door],
        patterned: Sequence[tuple[str, str, Door]],
    ) -> None:
        self._exact = exact
        self._patterned = patterned

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/openapi.json"): self.document, ("GET", "/docs"): self.page}

    async def document(self, _call: Call) -> Answer:
        """Describe the API by OpenAPI 3.1."""
        return answer(self._document)

    async def page(self, _call: Call) -> Answer:
        """Show the same description as a page to read."""
        return Answer(body=self._page, content_type=_HTML, headers=_SAFE)

    @cached_property
    def _document(self) -> dict[str, Any]:
        exact = [(method, path, door) for (method, path), door in self._exact.items()]
        return described([*exact, *self._patterned])

    @cached_property
    def _page(self) -> bytes:
        environment = Environment(
            loader=PackageLoader("tailorbird.api"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"kind": kind_words, "marked": marked}
        return environment.get_template("reference.html").render(api=self._document).encode()


def marked(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S704 - escaped before


def kind_words(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema in a few words: `text`, `list of Item`, `number or nothing`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        words = [kind_words(one) for one in schema["anyOf"] if one.get("type") != "null"]
        optional = len(words) < len(schema["anyOf"])
        return " or ".join((*words, *(["null"] if optional else [])))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array" and "items" in schema:
        return f"list of {kind_words(schema['items'])}"
    return str(kind)
