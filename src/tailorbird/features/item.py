"""Features of an item, as the catalog has it now.

The catalog keeps only the present, so these are true of the moment at which they are read. An
export stamps them with that moment; a training set of the past does not see them.
"""

from collections.abc import Callable

from tailorbird.catalog.items import Item
from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.moment import Moment

_KINDS = {"days": Kind.NUMBER, "share": Kind.NUMBER, "": Kind.TEXT, "yes or no": Kind.FLAG}
_PRICE = ("item.price_minor", "item.sale_price_minor")


def _item(
    name: str, unit: str, says: str, reads: tuple[str, ...], of: Callable[[Item, Moment], Value]
) -> Feature:
    def asked(moment: Moment) -> Value:
        return None if moment.item is None else of(moment.item, moment)

    kind = _KINDS.get(unit, Kind.INTEGER)
    return Feature(name, Entity.ITEM, kind, unit, says, reads, asked)


def _discount(item: Item) -> float | None:
    if item.price_minor is None or item.asking_minor is None or item.price_minor <= 0:
        return None
    return max(0.0, 1.0 - item.asking_minor / item.price_minor)


def _margin(item: Item) -> float | None:
    if item.margin_minor is None or not item.asking_minor:
        return None
    return item.margin_minor / item.asking_minor


ITEM = (
    _item(
        "item_price",
        "minor units",
        "What it costs today.",
        _PRICE,
        lambda item, _: item.asking_minor,
    ),
    _item(
        "item_discount",
        "share",
        "By which share it is cheaper today than usual.",
        _PRICE,
        lambda item, _: _discount(item),
    ),
    _item(
        "item_margin",
        "share",
        "Which share of the price is left after cost.",
        (*_PRICE, "item.cost_minor"),
        lambda item, _: _margin(item),
    ),
    _item(
        "item_in_stock",
        "yes or no",
        "Whether it can be bought.",
        ("item.available", "item.stock"),
        lambda item, _: item.in_stock,
    ),
    _item(
        "item_stock",
        "pieces",
        "How many there are, where the shop counts.",
        ("item.stock",),
        lambda item, _: item.stock,
    ),
    _item(
        "item_age",
        "days",
        "How long it has been for sale.",
        ("item.published_at_ms", "item.created_at_ms"),
        lambda item, moment: moment.days_since(item.new_since_ms),
    ),
    _item(
        "item_category",
        "",
        "Its category path.",
        ("item.category",),
        lambda item, _: " > ".join(item.category) or None,
    ),
    _item("item_brand", "", "Its brand.", ("item.brand",), lambda item, _: item.brand),
    _item(
        "item_described",
        "characters",
        "How long its description is.",
        ("item.description",),
        lambda item, _: len(item.description),
    ),
)
"""All features of an item."""
