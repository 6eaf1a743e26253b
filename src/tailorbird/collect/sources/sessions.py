"""Tables of anonymous clicks as recommender benchmarks keep them: session, item, time."""

import io
from collections.abc import Iterator

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_s, present
from tailorbird.collect.sources.rows import Options, Row, WireRow
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import track
from tailorbird.spine.events import PRODUCT_VIEWED

COLUMNS = ("SessionId", "ItemId", "Time")
_LAYOUT = Layout(columns=COLUMNS, optional=("CatId",), delimiter="\t", quoted=False)


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one product view a row (YooChoose and its kin); a category of 0 is none."""
    return each(read_table(file, _LAYOUT, options.encoding), _click)


def _click(record: Record) -> WireRow:
    session, item, time, category = record.cells
    key = f"sessions-{record.line}-{present(session, 'SessionId')}-{item}-{time}"
    product = {"product_id": present(item, "ItemId")}
    if category not in {"", "0"}:
        product["category"] = category
    who = {"anonymousId": f"session-{session}"}
    return WireRow(record.line, track(PRODUCT_VIEWED, who, key, moment_s(time, "Time"), product))
