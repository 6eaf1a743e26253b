"""Pages: templates filled in and sent with headers that let a browser load nothing foreign."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tailorbird.api.http import Answer
from tailorbird.dashboard import words
from tailorbird.dashboard.assets import Assets
from tailorbird.spine.clock import Clock
from tailorbird.spine.errors import TailorbirdError

HTML = b"text/html; charset=utf-8"

# Pictures may come from the shop's own hosts; everything else is ours. Inline SVG and `data:`
# pictures are drawn, inline scripts and styles are refused.
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)


class Pages:
    """Fills in templates; everything that is put into one is escaped."""

    def __init__(self, assets: Assets, clock: Clock) -> None:
        self._clock = clock
        self._environment = Environment(
            loader=PackageLoader("tailorbird.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(asset=assets.address, levels=words.LEVEL_MEANINGS)
        self._environment.filters.update(
            count_of=words.count_of,
            event_tone=words.event_tone,
            event_words=words.event_words,
            facet_words=words.facet_words,
            level_words=words.level_words,
            money=words.money,
            money_of=words.money_of,
            percent=words.percent,
            plain=words.plain,
            short=words.short,
            signed=words.signed,
            whole=words.whole,
        )

    def fragment(self, template: str, **parts: Any) -> str:  # noqa: ANN401 - what the template shows
        """Return a filled-in template."""
        now_ms = self._clock()

        def when(at: int | str | None) -> str:
            return words.time_tag(at, now_ms)

        return self._environment.get_template(template).render(when=when, now_ms=now_ms, **parts)

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        **parts: Any,  # noqa: ANN401 - what the template shows
    ) -> Answer:
        """Return a filled-in page."""
        body = self.fragment(template, **parts).encode("utf-8", "replace")
        return Answer(body, status, HTML, (*SAFE, *headers))

    def mistake(self, error: TailorbirdError) -> Answer:
        """Return the page that a mistake deserves."""
        return self.page("mistake.html", status=error.status, error=error, here="", signed_in=True)


def moved(address: str, *headers: tuple[bytes, bytes]) -> Answer:
    """Return an answer that sends the browser elsewhere, with a GET."""
    return Answer(b"", 303, HTML, (*SAFE, (b"location", address.encode()), *headers))
