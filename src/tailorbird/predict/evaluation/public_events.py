"""Events of public files as a log would have them, so that models meet what a shop's log holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tailorbird.collect.admit import Admitted, Door, House, admit
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.collect.sources.registry import open_source
from tailorbird.collect.sources.rows import WireRow
from tailorbird.predict.evaluation.readers import NoSuchData
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId

# Later than every public file, so that no time in one is in the future.
_READ_MS = 1_790_000_000_000
_DOOR = Door(source="evaluation", received_at_ms=_READ_MS, historical=True)


def public_events(path: Path, source: str) -> Iterator[Event]:
    """Yield the events of a file, in its order, through the same reader and door as an import.

    What the door refuses is left out, as an import would.

    Raises:
        NoSuchData: the file is not there.
    """
    if not path.is_file():
        raise NoSuchData(f"there is no {path}", remedy="Name the folder with --data-root.")
    house = House(pseudonyms=Pseudonyms(b"evaluation"), catalog_facets=_no_catalog)
    with open_source(path, source) as file:
        for row in file.rows():
            if isinstance(row, WireRow):
                found = admit(msgspec.json.encode(row.event), _DOOR, house)
                if isinstance(found, Admitted):
                    yield found.event


def _no_catalog(_item: ItemId) -> tuple[str, ...] | None:
    return None
