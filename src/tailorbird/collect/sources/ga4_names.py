"""What Google Analytics 4 calls things, and what Segment's e-commerce spec calls them."""

from typing import Any

from tailorbird.collect.sources.rows import UnfitRow
from tailorbird.spine.events import (
    CART_VIEWED,
    CHECKOUT_STARTED,
    LIST_VIEWED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PAYMENT_INFO_ENTERED,
    PRODUCT_ADDED,
    PRODUCT_CLICKED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    WISHLISTED,
)

NAMES = {
    "search": PRODUCTS_SEARCHED,
    "view_search_results": PRODUCTS_SEARCHED,
    "view_item_list": LIST_VIEWED,
    "select_item": PRODUCT_CLICKED,
    "view_item": PRODUCT_VIEWED,
    "add_to_cart": PRODUCT_ADDED,
    "remove_from_cart": PRODUCT_REMOVED,
    "view_cart": CART_VIEWED,
    "begin_checkout": CHECKOUT_STARTED,
    "add_shipping_info": "Checkout Step Completed",
    "add_payment_info": PAYMENT_INFO_ENTERED,
    "purchase": ORDER_COMPLETED,
    "refund": ORDER_REFUNDED,
    "add_to_wishlist": WISHLISTED,
    "view_promotion": "Promotion Viewed",
    "select_promotion": "Promotion Clicked",
    "share": "Product Shared",
}
"""Event names; any other stays as it is and is a custom event."""

ONE_PRODUCT = frozenset(
    {PRODUCT_CLICKED, PRODUCT_VIEWED, PRODUCT_ADDED, PRODUCT_REMOVED, WISHLISTED}
)
"""Events about one product, which Segment describes by properties of their own."""

PARAMS = {
    "transaction_id": "order_id",
    "search_term": "query",
    "item_list_id": "list_id",
    "page_location": "url",
    "page_referrer": "referrer",
    "page_title": "title",
}
"""Parameters of an event; any other keeps its name."""

_ITEM_FIELDS = {
    "item_id": "product_id",
    "item_name": "name",
    "item_brand": "brand",
    "item_variant": "variant",
    "price": "price",
    "quantity": "quantity",
    "coupon": "coupon",
    "item_list_id": "list_id",
    "item_list_index": "position",
}
_CATEGORIES = ("item_category", *(f"item_category{level}" for level in range(2, 6)))
_NOTHING = (None, "", "(not set)")


def products_of(items: object) -> list[dict[str, Any]]:
    """Return Segment's products of GA4's items.

    Raises:
        UnfitRow: an item has neither an id nor a name.
    """
    return [_product(item) for item in items] if isinstance(items, list) else []


def _product(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise UnfitRow("items holds an entry that is no object; export the table again")
    product = {
        name: item[column]
        for column, name in _ITEM_FIELDS.items()
        if item.get(column) not in _NOTHING
    }
    # GA4 accepts an item by name alone, and shops that do so name it the same everywhere.
    product.setdefault("product_id", product.get("name"))
    if product["product_id"] is None:
        raise UnfitRow("items holds an entry with neither item_id nor item_name; send one of them")
    path = [str(item[level]) for level in _CATEGORIES if item.get(level) not in _NOTHING]
    if path:
        product["category"] = " > ".join(path)
    return product
