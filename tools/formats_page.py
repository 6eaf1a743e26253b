"""The tables of formats in the page on imports, taken from the registries of readers."""

from collections.abc import Mapping

from tailorbird.catalog.feeds.registry import FEEDS
from tailorbird.collect.sources.reading import Source
from tailorbird.collect.sources.registry import SOURCES
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "how-to" / "import-history.md"


def make() -> Made:
    """Return the page with its tables as the registries are now."""
    text = put_between(stored(PAGE), "event formats", _table(SOURCES))
    return {PAGE: put_between(text, "feed formats", _table(FEEDS))}


def _table(sources: Mapping[str, Source]) -> str:
    rows = [f"| `{source.name}` | {source.about} |" for source in sources.values()]
    return "\n".join(["| `--from` | what it is |", "| --- | --- |", *rows])


if __name__ == "__main__":
    run(make)
