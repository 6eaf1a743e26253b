"""Events from any table or JSON file, by a mapping that the shop writes."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from tailorbird.collect.sources.building import each, gathered
from tailorbird.collect.sources.documents import Document, Shape, read_documents
from tailorbird.collect.sources.mapping_text import (
    WrongMapping,
    check_columns,
    mapping_in,
    pick_in,
    picks_in,
    shape_in,
)
from tailorbird.collect.sources.picks import Pick, at_path, pick
from tailorbird.collect.sources.rows import BadRow, Options, Row, UnfitRow, WireRow, bad_row
from tailorbird.collect.sources.times_by_mapping import TimePick, moment, time_pick

_TOP = ("source", "type", "event", "time", "group", "fields")
_PRODUCT = "products."
_ROOTS = (
    *("userId", "anonymousId", "messageId", "previousId", "groupId", "name"),
    *("properties.", "traits.", "context.", _PRODUCT),
)
_TRACK = Pick(value="track", type="text")


class EventMapping(msgspec.Struct, frozen=True):
    """A mapping of rows to events, checked."""

    source: str
    kind: Pick
    name: Pick | None
    time: TimePick
    fields: dict[str, Pick]
    products: dict[str, Pick]
    group: str | None
    shape: Shape

    def picks(self) -> dict[str, Pick]:
        """Return all that is taken from the file, by the mapping's own key."""
        found = {f"fields.{name}": how for name, how in self.fields.items()}
        found |= {f"fields.{_PRODUCT}{name}": how for name, how in self.products.items()}
        found |= {"type": self.kind, "time": Pick(source=(self.time.source,))}
        if self.name is not None:
            found["event"] = self.name
        if self.group is not None:
            found["group"] = Pick(source=(self.group,))
        return found


def event_mapping(text: str | None) -> EventMapping:
    """Return the mapping of rows to events that a YAML text describes.

    Raises:
        WrongMapping: a key, word or field is missing or unknown; says which, and the nearest.
    """
    found = mapping_in(text, _TOP)
    if not isinstance(found.get("source"), str):
        raise WrongMapping("`source` is missing: a short name that begins each message id.")
    fields = picks_in(found.get("fields"), _ROOTS)
    if "userId" not in fields and "anonymousId" not in fields:
        raise WrongMapping("`fields` has neither `userId` nor `anonymousId`.")
    kind = pick_in(found["type"], "type") if "type" in found else _TRACK
    name = pick_in(found["event"], "event") if "event" in found else None
    if name is None and kind == _TRACK:
        raise WrongMapping("`event` is missing: which event each row is.")
    group = found.get("group")
    return EventMapping(
        source=found["source"],
        kind=kind,
        name=name,
        time=time_pick(found.get("time")),
        fields={key: how for key, how in fields.items() if not key.startswith(_PRODUCT)},
        products={
            key.removeprefix(_PRODUCT): how
            for key, how in fields.items()
            if key.startswith(_PRODUCT)
        },
        group=None if group is None else str(group),
        shape=shape_in(found),
    )


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one event a row; where the mapping has `group`, one for the rows of each group.

    `products.` fields make the event's list of products, one a row. A message id is made of the
    mapping's `source`, the line and the row's content, unless the file has one.

    Raises:
        WrongMapping: the mapping is missing, wrong, or names a column that the file lacks.
    """
    mapping = event_mapping(options.mapping)
    documents = read_documents(file, mapping.shape)
    check_columns(mapping.picks(), documents.columns)
    if mapping.group is None:
        return each(documents.rows, partial(_single, mapping=mapping))
    return _grouped(documents.rows, mapping, mapping.group)


def _single(document: Document, mapping: EventMapping) -> WireRow:
    product = _product(document, mapping)
    return WireRow(document.line, _event(document, mapping, [product] if product else []))


def _grouped(rows: Iterable[Document | BadRow], mapping: EventMapping, group: str) -> Iterator[Row]:
    """Yield one event for each group; a row that no event can be made of is refused by itself."""
    checked = _checked(rows, mapping, group)
    for found in gathered(checked, key=lambda line: str(at_path(line.document.values, group))):
        if isinstance(found, BadRow):
            yield found
            continue
        first = found[0]
        products = [line.product for line in found if line.product]
        event = {**first.event, "properties": {**first.event.get("properties", {})}}
        event["properties"]["products"] = products
        yield WireRow(first.line, event, len(found))


class _Line(msgspec.Struct, frozen=True):
    """A row that is fit to be part of a group: its event if it comes first, and its product."""

    document: Document
    event: dict[str, Any]
    product: dict[str, Any]

    @property
    def line(self) -> int:
        return self.document.line

    @property
    def raw(self) -> str | bytes:
        return self.document.raw


def _checked(
    rows: Iterable[Document | BadRow], mapping: EventMapping, group: str
) -> Iterator[_Line | BadRow]:
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            yield _line(row, mapping, group)
        except UnfitRow as why:
            yield bad_row(row.line, str(why), row.raw)


def _line(row: Document, mapping: EventMapping, group: str) -> _Line:
    if at_path(row.values, group) in (None, ""):
        raise UnfitRow(f"{group} is empty; `group` gathers rows by it")
    return _Line(row, _event(row, mapping, []), _product(row, mapping))


def _product(document: Document, mapping: EventMapping) -> dict[str, Any]:
    picked = {
        name: pick(document.values, how, f"products.{name}")
        for name, how in mapping.products.items()
    }
    return {name: value for name, value in picked.items() if value is not None}


def _event(
    document: Document, mapping: EventMapping, products: list[dict[str, Any]]
) -> dict[str, Any]:
    values = document.values
    event: dict[str, Any] = {"type": pick(values, mapping.kind, "type")}
    if mapping.name is not None:
        event["event"] = pick(values, mapping.name, "event")
        if not event["event"]:
            raise UnfitRow(f"event: {', '.join(mapping.name.paths)} is empty; fill it in")
    for name, how in mapping.fields.items():
        value = pick(values, how, name)
        if value is not None:
            _put(event, name, value)
    if "userId" not in event and "anonymousId" not in event:
        raise UnfitRow("userId and anonymousId are both empty; an event needs one of them")
    event["timestamp"] = moment(at_path(values, mapping.time.source), mapping.time)
    if "messageId" not in event:
        event["messageId"] = _key(document, mapping.source)
    if products:
        event.setdefault("properties", {})["products"] = products
    return event


def _put(event: dict[str, Any], name: str, value: object) -> None:
    *parents, last = name.split(".")
    place = event
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value


def _key(document: Document, source: str) -> str:
    raw = document.raw
    data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    digest = hashlib.blake2b(data.strip(), digest_size=12).hexdigest()
    return f"{source}-{document.line}-{digest}"
