"""Named SQL questions, read from the `.sql` files beside this one."""

import re
from collections.abc import Mapping
from importlib import resources

_NAMED = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def load(name: str) -> Mapping[str, str]:
    """Return the questions of one file, by the name that stands above each."""
    text = resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
    parts = _NAMED.split(text)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
