"""Google Analytics 4 events as its BigQuery export writes them, one JSON object a line."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from tailorbird.collect.sources.building import each_many
from tailorbird.collect.sources.fields import moment_ms, whole_number
from tailorbird.collect.sources.ga4_names import NAMES, ONE_PRODUCT, PARAMS, products_of
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.rows import Options, Row, UnfitRow, WireRow

# What tells two events of an export apart, by Google's own documentation of the export.
_IDENTITY = (
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
)


def read(file: io.BufferedReader, _options: Options) -> Iterator[Row]:
    """Yield the Segment event of each line; of a view or cart event with several items, one each.

    `page_view` becomes a page call; an event without a counterpart keeps its name and becomes a
    custom event. The values that Google writes for nothing, `(not set)` and the like, are left out.
    """
    return each_many(read_json_lines(file), _rows)


def _rows(line: JsonLine) -> Iterator[WireRow]:
    sent = line.value
    if not isinstance(sent, dict) or not isinstance(sent.get("event_name"), str):
        raise UnfitRow("event_name is missing; export GA4's events_ tables as JSON lines")
    event = _event(sent, line)
    products = products_of(sent.get("items"))
    properties = event["properties"]
    if not products:
        yield WireRow(line.line, event)
    elif event.get("event") in ONE_PRODUCT:
        for index, product in enumerate(products):
            key = event["messageId"] if index == 0 else f"{event['messageId']}-{index}"
            one = {**event, "messageId": key, "properties": {**properties, **product}}
            yield WireRow(line.line, one, 0 if index else 1)
    else:
        yield WireRow(line.line, {**event, "properties": {**properties, "products": products}})


def _event(sent: dict[str, Any], line: JsonLine) -> dict[str, Any]:
    """Return the event without its items."""
    who = {
        name: str(sent[column])
        for name, column in (("userId", "user_id"), ("anonymousId", "user_pseudo_id"))
        if sent.get(column)
    }
    if not who:
        raise UnfitRow("user_pseudo_id and user_id are both missing; an event needs one of them")
    micros = whole_number(str(sent.get("event_timestamp", "")), "event_timestamp")
    params = _params(sent.get("event_params"))
    kind = (
        {"type": "page", "name": str(params.get("page_title", ""))}
        if sent["event_name"] == "page_view"
        else {"type": "track", "event": NAMES.get(sent["event_name"], sent["event_name"])}
    )
    return {
        **kind,
        **who,
        "messageId": _key(sent, line),
        "timestamp": moment_ms(micros // 1000, "event_timestamp"),
        "properties": _properties(params, sent.get("ecommerce")),
        "context": _context(sent, params),
    }


def _key(sent: dict[str, Any], line: JsonLine) -> str:
    """Return an id that stays the same when the table is exported again in another order.

    Exports from before mid-2024 lack the batch fields, so there the line number tells twins apart.
    """
    parts = [str(sent.get(name)) for name in _IDENTITY]
    if sent.get("batch_event_index") is None:
        parts.append(str(line.line))
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()
    return f"ga4-{digest}"


def _params(listed: object) -> dict[str, Any]:
    """Return GA4's list of key and typed value as a mapping."""
    found: dict[str, Any] = {}
    for param in listed if isinstance(listed, list) else []:
        match param:
            case {"key": str() as key, "value": dict() as value}:
                known = [kind for kind in value if value[kind] is not None]
                if known:
                    number = known[0] == "int_value"
                    text = str(value[known[0]])
                    # BigQuery writes 64-bit integers as texts.
                    found[key] = whole_number(text, key) if number else value[known[0]]
            case _:
                raise UnfitRow("event_params holds an entry without key and value; export again")
    return found


def _properties(params: dict[str, Any], ecommerce: object) -> dict[str, Any]:
    found = {PARAMS.get(name, name): value for name, value in params.items()}
    for column, name in (
        ("transaction_id", "order_id"),
        ("purchase_revenue", "revenue"),
        ("shipping_value", "shipping"),
        ("tax_value", "tax"),
    ):
        value = ecommerce.get(column) if isinstance(ecommerce, dict) else None
        if value is not None and value != "(not set)":
            found[name] = value
    return found


def _context(sent: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Return the page, session, device, place and campaign, as far as they are known."""
    device, geo, source = (_part(sent, name) for name in ("device", "geo", "traffic_source"))
    page = {"url": params.get("page_location"), "referrer": params.get("page_referrer")}
    campaign = {name: source.get(name) for name in ("source", "medium", "name")}
    context = {
        "page": _known({**page, "title": params.get("page_title")}),
        "sessionId": str(params["ga_session_id"]) if "ga_session_id" in params else None,
        "device": _known({"type": device.get("category")}),
        "locale": device.get("language"),
        "location": _known({"country": geo.get("country")}),
        "campaign": _known(campaign),
    }
    return _known(context)


def _part(sent: dict[str, Any], name: str) -> dict[str, Any]:
    part = sent.get(name)
    return part if isinstance(part, dict) else {}


def _known(values: dict[str, Any]) -> dict[str, Any]:
    nothing: tuple[object, ...] = (None, "", {}, "(not set)", "(none)", "(direct)")
    return {name: value for name, value in values.items() if value not in nothing}
