"""Goods: one item for sale after another, with words, prices and a quality that nobody is told."""

import math
from typing import Any

import msgspec

from tailorbird.simulate.families import Brand, Family, Style, vocabulary
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.picture import COLORS, picture
from tailorbird.spine.clock import DAY_MS, format_time
from tailorbird.spine.ids import ItemId
from tailorbird.spine.money import to_major

SHOP_URL = "https://shop.example.com"
CURRENCY = "EUR"

WireItem = dict[str, Any]
"""An item as `PUT /v1/items` takes it."""

_VENDORS = ("Nordlicht Trading", "Alpenhof Supply", "Harbor & Sons", "Casa Import", "Direct")
_OLDEST_DAYS = 730
_NEW_SHARE = 0.02  # of products came out within the last week
_SALE_SHARE = 0.16
_SOLD_OUT_SHARE = 0.03
_VARIED_SHARE = 0.22  # of products come in several colors, each an item of its own
_SALE_STEPS = (0.10, 0.15, 0.20, 0.30)


class ItemTruth(msgspec.Struct, frozen=True):
    """What nobody is told about an item, by which shoppers nevertheless choose.

    `code` is its place in the shop; `line` the range within the family that it belongs to, which
    its true substitutes share.
    `quality` is between 0 and 1, `draw` the log of how well known it is, `dearness` the log of its
    price against the family's middle. `family`, `style` and `brand` are places in `vocabulary()`.
    """

    code: int
    family: int
    line: int
    style: int
    brand: int
    quality: float
    draw: float
    dearness: float
    price_minor: int
    cost_minor: int
    published_ms: int
    in_stock: bool


class Good(msgspec.Struct, frozen=True):
    """An item as the shop shows it, and the truth about it."""

    item: WireItem
    truth: ItemTruth


class _Product(msgspec.Struct, frozen=True):
    """What all the variants of a product share; `truth.code` is its family's first."""

    family: Family
    style: Style
    brand: Brand
    truth: ItemTruth
    title: str
    material: str
    list_minor: int
    tags: tuple[str, ...]
    vendor: str


def make_family_goods(
    family_code: int, first_code: int, count: int, now_ms: int, luck: Luck
) -> list[Good]:
    """Return `count` goods of one family, variants next to each other.

    Args:
        family_code: the family's place in `vocabulary().families`.
        first_code: the place in the shop of the first.
        count: how many items.
        now_ms: the moment before which everything was published.
        luck: decides everything else.
    """
    lines = max(4, count // 6)
    goods: list[Good] = []
    product_number = 0
    while len(goods) < count:
        product = _product(family_code, product_number % lines, first_code, now_ms, luck)
        colors = luck.several(COLORS, 2 + luck.below(2) if luck.happens(_VARIED_SHARE) else 1)
        colors = colors[: count - len(goods)]
        family = product.family.name
        group = f"{family}-group-{product_number + 1:03d}" if len(colors) > 1 else None
        for color in colors:
            goods.append(_variant(product, len(goods) + 1, color, group, luck))
        product_number += 1
    return goods


def _product(family_code: int, line: int, code: int, now_ms: int, luck: Luck) -> _Product:
    words = vocabulary()
    family = words.families[family_code]
    style_code = line % len(words.styles)
    style = words.styles[style_code]
    makers = [code for code, brand in enumerate(words.brands) if brand.world == family.world]
    brand_code = luck.pick(makers)
    brand = words.brands[brand_code]
    quality = luck.uniform()
    list_minor = _list_price(family, brand, quality, luck)
    sale = luck.pick(_SALE_STEPS) if luck.happens(_SALE_SHARE) else 0.0
    price_minor = round(list_minor * (1 - sale) / 100) * 100 - 10
    truth = ItemTruth(
        code=code,
        family=family_code,
        line=line,
        style=style_code,
        brand=brand_code,
        quality=quality,
        draw=float(luck.rng.normal(0.0, 0.9)),
        dearness=math.log(price_minor / (100 * family.middle_price)),
        price_minor=price_minor,
        cost_minor=round(list_minor * luck.between(0.38, 0.68)),
        published_ms=now_ms - _age_ms(luck),
        in_stock=True,
    )
    return _Product(
        family=family,
        style=style,
        brand=brand,
        truth=truth,
        title=_title(family, style, brand, luck),
        material=luck.pick(family.materials),
        list_minor=list_minor,
        tags=(family.name, *style.tags, *(("sale",) if sale else ())),
        vendor=luck.pick(_VENDORS),
    )


def _title(family: Family, style: Style, brand: Brand, luck: Luck) -> str:
    # Half of the titles keep quiet about the style, so that words alone do not tell everything.
    manner = (style.word,) if luck.happens(0.5) else ()
    return " ".join((brand.name, luck.pick(vocabulary().models), *manner, luck.pick(family.nouns)))


def _list_price(family: Family, brand: Brand, quality: float, luck: Luck) -> int:
    """Return a price in minor units: dear makers and good things cost more, on the whole."""
    low, high = 100 * family.price[0], 100 * family.price[1]
    place = min(1.0, max(0.0, 0.55 * quality + 0.45 * luck.uniform() + 0.5 * (brand.level - 1)))
    raw = low * (high / low) ** place
    step = 500 if raw > 10_000 else 100
    return int(max(low, round(raw / step) * step)) - 10  # ends in .90, as prices do


def _age_ms(luck: Luck) -> int:
    days = luck.between(0, 7) if luck.happens(_NEW_SHARE) else luck.between(7, _OLDEST_DAYS)
    return round(days * DAY_MS)


def _variant(product: _Product, number: int, color: str, group: str | None, luck: Luck) -> Good:
    in_stock = not luck.happens(_SOLD_OUT_SHARE)
    code = product.truth.code + number - 1
    truth = msgspec.structs.replace(product.truth, code=code, in_stock=in_stock)
    item_id = f"{product.family.name}-{number:03d}"
    size = luck.pick(product.family.sizes)
    item: WireItem = {
        "id": ItemId(item_id),
        "title": f"{product.title}, {color.title()}" if group else product.title,
        "description": _description(product, color, luck),
        "url": f"{SHOP_URL}/p/{item_id}",
        "image": picture(product.family, color),
        "price": to_major(product.list_minor, CURRENCY),
        "currency": CURRENCY,
        "cost": to_major(truth.cost_minor, CURRENCY),
        "stock": 1 + int(luck.wait(40.0)) if in_stock else 0,
        "category": product.family.category,
        "brand": product.brand.name,
        "tags": list(product.tags),
        "attributes": {
            "color": color,
            "size": size,
            "material": product.material,
            "style": product.style.name,
        },
        "publishedAt": format_time(truth.published_ms),
        "vendor": product.vendor,
    }
    if truth.price_minor < product.list_minor:
        item["salePrice"] = to_major(truth.price_minor, CURRENCY)
    if group is not None:
        item["groupId"] = group
    return Good(item=item, truth=truth)


def _description(product: _Product, color: str, luck: Luck) -> str:
    family = product.family
    made = f"Made of {product.material} by {product.brand.name}, in {color}."
    return " ".join(
        (luck.pick(family.about), luck.pick(product.style.sentences(family.world)), made)
    )
