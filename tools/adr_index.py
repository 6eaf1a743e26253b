"""The index of the architecture decision records, taken from their headings and status lines."""

import re
from pathlib import Path

from tools.pages import DOCS, Made, put_between, run, stored

FOLDER = DOCS / "adr"
PAGE = FOLDER / "README.md"
_RECORD = re.compile(r"(?!0000)\d{4}-[a-z0-9-]+\.md")
_TITLE = re.compile(r"^# (\d+)\. (.+)$", re.MULTILINE)
_STATUS = re.compile(r"^Status: (.+)$", re.MULTILINE)


class BadRecord(Exception):
    """A record lacks its numbered title, or its status."""


def make() -> Made:
    """Return the index page as the records have it now."""
    rows = [_row(path) for path in records()]
    table = "\n".join(["| no. | decision | status |", "| --: | --- | --- |", *rows])
    return {PAGE: put_between(stored(PAGE), "index", table)}


def records() -> list[Path]:
    """Return the records, the oldest first; the template is none."""
    return sorted(path for path in FOLDER.iterdir() if _RECORD.fullmatch(path.name))


def _row(path: Path) -> str:
    text = path.read_text("utf-8")
    title, status = _TITLE.search(text), _STATUS.search(text)
    if title is None or status is None:
        raise BadRecord(f"{path.name} needs `# N. Title` and a line `Status: …`")
    return f"| {title[1]} | [{title[2]}]({path.name}) | {status[1]} |"


if __name__ == "__main__":
    run(make)
