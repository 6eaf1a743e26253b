"""An item for sale, as the shop describes it and as the engine keeps it."""

from typing import Any

import msgspec

from tailorbird.spine.bounds import fault_in
from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.facets import category_path, facets_of
from tailorbird.spine.ids import ItemId
from tailorbird.spine.money import to_minor

_LONGEST_TEXT = 8_000
_LONGEST_WORD = 500
_FARTHEST_MS = 32_503_680_000_000  # the year 3000


class BadItem(BadRequest):
    """An item cannot be understood."""

    remedy = "Mend the field named in `detail`; /openapi.json lists the fields of an item."


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item; money in minor units of `currency`, times in milliseconds since 1970 (UTC).

    `stock` is None where the shop does not count it, which means available.
    """

    id: ItemId
    title: str = ""
    description: str = ""
    url: str | None = None
    image: str | None = None
    price_minor: int | None = None
    sale_price_minor: int | None = None
    cost_minor: int | None = None
    currency: str | None = None
    stock: int | None = None
    available: bool = True
    restocked_at_ms: int | None = None
    published_at_ms: int | None = None
    category: tuple[str, ...] = ()
    brand: str | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = {}
    group_id: str | None = None
    markets: tuple[str, ...] = ()
    vendor: str | None = None
    created_at_ms: int | None = None

    @property
    def new_since_ms(self) -> int | None:
        """Since when it is for sale: as the shop says, else since the engine first heard of it."""
        return self.created_at_ms if self.published_at_ms is None else self.published_at_ms

    @property
    def in_stock(self) -> bool:
        """Whether it can be bought now."""
        return self.available and (self.stock is None or self.stock > 0)

    @property
    def asking_minor(self) -> int | None:
        """What it costs today: the sale price where there is one."""
        return self.price_minor if self.sale_price_minor is None else self.sale_price_minor

    @property
    def on_sale(self) -> bool:
        """Whether it costs less today than it usually does."""
        sale, usual = self.sale_price_minor, self.price_minor
        return sale is not None and usual is not None and sale < usual

    @property
    def margin_minor(self) -> int | None:
        """What is left of the price after cost, or None where cost or price is unknown."""
        if self.asking_minor is None or self.cost_minor is None:
            return None
        return self.asking_minor - self.cost_minor

    @property
    def margin_share(self) -> float | None:
        """What is left of the price after cost, as a share of the price; None where unknown."""
        if self.margin_minor is None or not self.asking_minor:
            return None
        return self.margin_minor / self.asking_minor

    def facets(self) -> tuple[str, ...]:
        """Return the facet keys that a person could lean to."""
        facets = facets_of(self.category, self.brand, self.asking_minor, self.attributes, self.tags)
        return (*facets, "sale:true") if self.on_sale else facets


class WireItem(msgspec.Struct, rename="camel"):
    """An item on the wire; every field may be left out, and is then unset or left as it is."""

    id: str | int
    title: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    url: str | msgspec.UnsetType | None = msgspec.UNSET
    image: str | msgspec.UnsetType | None = msgspec.UNSET
    price: float | str | msgspec.UnsetType | None = msgspec.UNSET
    sale_price: float | str | msgspec.UnsetType | None = msgspec.UNSET
    cost: float | str | msgspec.UnsetType | None = msgspec.UNSET
    margin: float | str | msgspec.UnsetType | None = msgspec.UNSET
    currency: str | msgspec.UnsetType | None = msgspec.UNSET
    stock: int | msgspec.UnsetType | None = msgspec.UNSET
    available: bool | msgspec.UnsetType = msgspec.UNSET
    restocked_at: str | msgspec.UnsetType | None = msgspec.UNSET
    published_at: str | msgspec.UnsetType | None = msgspec.UNSET
    category: str | list[str] | msgspec.UnsetType | None = msgspec.UNSET
    brand: str | msgspec.UnsetType | None = msgspec.UNSET
    tags: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    attributes: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    group_id: str | int | msgspec.UnsetType | None = msgspec.UNSET
    markets: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    vendor: str | msgspec.UnsetType | None = msgspec.UNSET


def item_from(wire: WireItem, current: Item | None = None) -> Item:
    """Return an item with what the wire says; fields left out keep what `current` has.

    Raises:
        BadItem: a price, a time, a stock count or a text is out of bounds; names the field.
    """
    said: dict[str, Any] = {
        name: getattr(wire, name)
        for name in wire.__struct_fields__
        if getattr(wire, name) is not msgspec.UNSET and name != "id"
    }
    base = current or Item(id=item_id(wire.id))
    currency = _word(said, "currency", base.currency)
    fields: dict[str, Any] = {"currency": None if currency is None else currency.upper()}
    for name in ("title", "description"):
        if name in said:
            fields[name] = (said[name] or "")[:_LONGEST_TEXT]
    for name in ("url", "image", "brand", "vendor"):
        if name in said:
            fields[name] = said[name][:_LONGEST_TEXT] if said[name] else None
    if "group_id" in said:
        fields["group_id"] = None if said["group_id"] is None else str(said["group_id"])
    if "available" in said:
        fields["available"] = said["available"]
    fields |= _money(said, base, currency) | _lists(said) | _times(said) | _stock(said)
    return msgspec.structs.replace(base, **fields)


def item_id(value: str | int) -> ItemId:
    """Return an item's id as it is kept.

    Raises:
        BadItem: it is empty, or too long.
    """
    text = str(value).strip()
    if not text or len(text) > 200:
        raise BadItem("`id` must have 1 to 200 characters")
    return ItemId(text)


def _word(said: dict[str, Any], name: str, current: str | None) -> str | None:
    value = said.get(name, current)
    if (
        value is not None
        and name == "currency"
        and not (len(value) == 3 and value.isascii() and value.isalpha())
    ):
        raise BadItem("`currency` is not an ISO 4217 code such as EUR")
    return value[:_LONGEST_WORD] if value else None


def _money(said: dict[str, Any], base: Item, currency: str | None) -> dict[str, int | None]:
    fields: dict[str, int | None] = {}
    for name, field in (
        ("price", "price_minor"),
        ("sale_price", "sale_price_minor"),
        ("cost", "cost_minor"),
    ):
        if name in said:
            fields[field] = _amount(said[name], name, currency)
            if (fields[field] or 0) < 0:
                raise BadItem(f"`{name}` is negative")
    if "margin" in said and "cost" not in said:
        margin = _amount(said["margin"], "margin", currency)
        price = fields.get("price_minor", base.price_minor)
        price = fields.get("sale_price_minor", base.sale_price_minor) or price
        if margin is not None and price is None:
            raise BadItem("`margin` needs a `price`")
        fields["cost_minor"] = None if margin is None or price is None else price - margin
    return fields


def _amount(value: float | str | None, name: str, currency: str | None) -> int | None:
    if value is None or value == "":
        return None
    try:
        return to_minor(value, currency)
    except ValueError as cause:
        raise BadItem(f"`{name}` is not an amount of money: {value!r}") from cause


def _lists(said: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "category" in said:
        fields["category"] = category_path(said["category"])
    for name in ("tags", "markets"):
        if name in said:
            fields[name] = tuple(entry[:_LONGEST_WORD] for entry in (said[name] or ()))[:100]
    if "attributes" in said:
        attributes = said["attributes"] or {}
        fault = fault_in(attributes)
        if fault is not None:
            raise BadItem(f"`attributes` {fault}")
        fields["attributes"] = dict(list(attributes.items())[:100])
    return fields


def _times(said: dict[str, Any]) -> dict[str, int | None]:
    fields: dict[str, int | None] = {}
    for name, field in (
        ("restocked_at", "restocked_at_ms"),
        ("published_at", "published_at_ms"),
    ):
        if name not in said:
            continue
        try:
            fields[field] = parse_time_ms(said[name]) if said[name] else None
        except (ValueError, OverflowError) as cause:
            raise BadItem(f"`{name}` is not an ISO 8601 time: {said[name]!r}") from cause
        if not 0 <= (fields[field] or 0) < _FARTHEST_MS:
            raise BadItem(f"`{name}` is not between 1970 and 3000: {said[name]!r}")
    return fields


def _stock(said: dict[str, Any]) -> dict[str, int | None]:
    if "stock" not in said:
        return {}
    stock = said["stock"]
    if stock is not None and abs(stock) > 10**12:
        raise BadItem("`stock` is out of range")
    return {"stock": stock}
