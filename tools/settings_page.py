"""The reference of the settings, taken from the struct that holds them."""

from collections.abc import Mapping

import msgspec

from tailorbird.settings import Settings
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "reference" / "settings.md"

MEANINGS: Mapping[str, str] = {
    "data": "The data folder.",
    "host": "The address to listen on.",
    "port": "The port to listen on.",
    "config": "A YAML file, or a folder of them, to apply at start; none means the version that "
    "was in force last. See [apply configuration](../how-to/apply-configuration.md).",
    "consent": "What holds for somebody who has not said anything: `opt-out` (personalization is "
    "allowed until refused) or `opt-in` (not until granted).",
    "origins": "Browser origins that may read answers (CORS); none given means any. In the "
    "environment: separated by spaces.",
    "stitch_days": "How many days a returning anonymous browser is taken for the same person.",
    "deadline_ms": "Milliseconds that a decision may take when the request names no `deadlineMs`.",
    "retrain_minutes": "Minutes between looks at whether to train anew; 0 or less: never. It "
    "trains when at least 500 events are new.",
    "train_days": "Learn from what happened in so many days before a training, a window that "
    "slides; 0: from all of the log.",
    "embedding": "How titles and descriptions become vectors: `local`, `none`, "
    "`sentence-transformers:MODEL`, or an address. See "
    "[choose an embedding](../how-to/choose-an-embedding.md).",
    "embedding_key": "A bearer token for an embedding behind an address.",
    "recent_seconds": "Seconds between refreshes of leaders and of the index of recent sessions.",
    "journal_days": "How many days decisions are kept; 0: for ever. Keep them for longer than "
    "your longest experiment runs. See [the data folder](data-folder.md).",
    "links": "Probabilistic links: `off`, `learned` (from the shop's own logins) or `stated` (also "
    "where there are too few of them). See [lend a taste](../how-to/lend-a-taste.md).",
    "links_precision": "The share of probabilistic links that shall be right, at least 0.5.",
    "demo": "Lets publishable keys ask for `explain`; for the demo only.",
    "log_level": "How much the server logs: `debug`, `info`, `warning`, `error`.",
}


class Undocumented(Exception):
    """A setting has no sentence in `MEANINGS`, or a sentence has no setting."""


def make() -> Made:
    """Return the page as the settings are now."""
    fields = msgspec.structs.fields(Settings)
    odd = {field.name for field in fields} ^ MEANINGS.keys()
    if odd:
        raise Undocumented(f"Mend MEANINGS in tools/settings_page.py: {', '.join(sorted(odd))}")
    rows = [_row(field) for field in fields]
    head = ["| name | environment | default | what |", "| --- | --- | --- | --- |"]
    return {PAGE: put_between(stored(PAGE), "settings", "\n".join([*head, *rows]))}


def _row(field: msgspec.structs.FieldInfo) -> str:
    default = "none" if field.default in (None, ()) else f"`{_toml(field.default)}`"
    return (
        f"| `{field.name}` | `TAILORBIRD_{field.name.upper()}` | {default} "
        f"| {MEANINGS[field.name]} |"
    )


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    run(make)
