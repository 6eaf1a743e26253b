"""The formats of event files that can be read, by name, and which of them a file has."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tailorbird.collect.sources import (
    cdnow,
    diginetica,
    ga4,
    mapping,
    online_retail,
    otto,
    personalize,
    recbole,
    rees46,
    retailrocket,
    segment,
    session_lines,
    sessions,
)
from tailorbird.collect.sources.detecting import beginning_of, signs_of
from tailorbird.collect.sources.opening import opened, unpacked, whole
from tailorbird.collect.sources.reading import OpenSource, Source
from tailorbird.collect.sources.rows import NO_OPTIONS, Options
from tailorbird.spine.errors import NotFound


class Detected(msgspec.Struct, frozen=True):
    """Which format a file seems to have, and the sentence that says why."""

    source: str
    why: str


class UnknownSource(NotFound):
    """No format has this name."""


_ALL = (
    Source(
        "retailrocket", "RetailRocket: views, cart additions, purchases (TSV)", retailrocket.read
    ),
    Source("rees46", "REES46: views, cart, purchases with brand and price (CSV)", rees46.read),
    Source("otto", "OTTO: a visitor a line with clicks, carts, orders (JSON lines)", otto.read),
    Source("online-retail", "UCI Online Retail: invoice lines (CSV)", online_retail.read),
    Source("diginetica", "Diginetica: purchases, item views, or sessions a line", diginetica.read),
    Source(
        "sessions", "YooChoose and its kin: SessionId, ItemId, CatId?, Time (TSV)", sessions.read
    ),
    Source(
        "sessions-jsonl",
        "a list of items a line, without times: they are made up (JSON lines)",
        session_lines.read_lines,
    ),
    Source(
        "buyers",
        "a user and the items bought a line, without times: they are made up (text)",
        session_lines.read_buyers,
    ),
    Source(
        "amazon-personalize", "Amazon Personalize: interactions or users (CSV)", personalize.read
    ),
    Source("recbole", "RecBole atomic files: .inter or .user", recbole.read),
    Source("segment", "Segment events as sent or exported (JSON lines)", segment.read),
    Source("ga4", "Google Analytics 4, exported from BigQuery (JSON lines)", ga4.read),
    Source("cdnow", "CDNOW purchase history (fixed-width text)", cdnow.read),
    Source("mapping", "any CSV, TSV, NDJSON, JSON or Parquet, by a mapping in YAML", mapping.read),
)
SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}


def open_source(path: Path, name: str | None = None, options: Options = NO_OPTIONS) -> OpenSource:
    """Open a file of events.

    Args:
        path: the file, plain or gzip.
        name: its format; found out from the header when left out.
        options: what the file does not say about itself.

    Raises:
        UnknownSource: no format has this name, or the header fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    known = SOURCES.get(name or detect(path).source)
    if known is None:
        raise UnknownSource(f"No format is called {name!r}.", remedy=f"Use {', '.join(SOURCES)}.")
    return OpenSource(path, known, options)


def detect(path: Path) -> Detected:
    """Return the format that a file's beginning fits, with the reason.

    Raises:
        UnknownSource: it fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    with whole(path.name), opened(path) as raw, unpacked(raw) as file:
        found = signs_of(beginning_of(file))
    if not found:
        raise UnknownSource(
            f"The beginning of {path.name} fits no known format.",
            remedy=f"Use --from with one of {', '.join(SOURCES)}; `mapping` reads any table.",
        )
    return Detected(found[0].source, f"{found[0].why}: read as {found[0].source}")
