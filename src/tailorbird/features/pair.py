"""Features of a pair: what one person had to do with one item, and how well it fits them."""

from collections.abc import Callable

from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.moment import Moment
from tailorbird.profile.affinity import Horizon
from tailorbird.profile.orders import purchased_at, returned_at

_KINDS = {"days": Kind.NUMBER, "share": Kind.NUMBER, "yes or no": Kind.FLAG}
_FACETS = ("facets", "item.facets")


def _pair(
    name: str, unit: str, says: str, reads: tuple[str, ...], of: Callable[[Moment], Value]
) -> Feature:
    kind = _KINDS.get(unit, Kind.INTEGER)
    return Feature(name, Entity.PAIR, kind, unit, says, reads, of)


def _touches(moment: Moment) -> list[int]:
    return [one.at_ms for one in moment.profile.touches if one.item == moment.item_id]


def _in_visit(moment: Moment) -> int:
    visit = moment.visit
    return 0 if visit is None else sum(one.item == moment.item_id for one in visit.touches)


def _bought(moment: Moment) -> float | None:
    if moment.item_id is None:
        return None
    return moment.days_since(purchased_at(moment.profile.orders).get(moment.item_id))


def _times_bought(moment: Moment) -> int:
    return sum(
        max(0, line.quantity)
        for one in moment.placed
        for line in one.sale.lines
        if line.item == moment.item_id
    )


def _fit(kind: str, horizon: Horizon) -> Callable[[Moment], Value]:
    return lambda moment: moment.share(kind, horizon)


PAIR = (
    _pair(
        "touches_of_item",
        "acts",
        "How often they touched it, of their last 64 touches.",
        ("touches",),
        lambda m: len(_touches(m)),
    ),
    _pair(
        "days_since_item_touched",
        "days",
        "How long ago they touched it last.",
        ("touches",),
        lambda m: m.days_since(max(_touches(m), default=None)),
    ),
    _pair(
        "session_touches_of_item",
        "acts",
        "How often they touched it during the visit.",
        ("presence", "touches", "searches", "orders"),
        _in_visit,
    ),
    _pair(
        "item_in_cart",
        "pieces",
        "How many of it are in their cart.",
        ("cart",),
        lambda m: sum(line.quantity for line in m.cart if line.item == m.item_id),
    ),
    _pair("item_bought", "pieces", "How many of it they bought.", ("orders",), _times_bought),
    _pair(
        "days_since_item_bought",
        "days",
        "How long ago they bought it last.",
        ("orders",),
        _bought,
    ),
    _pair(
        "item_returned",
        "yes or no",
        "Whether they ever sent it back.",
        ("orders",),
        lambda m: m.item_id in returned_at(m.profile.orders),
    ),
    _pair(
        "item_dismissed",
        "yes or no",
        "Whether they dismissed it when it was recommended.",
        ("dismissed",),
        lambda m: m.item_id in m.profile.dismissed,
    ),
    _pair(
        "category_fit",
        "share",
        "The share of its narrowest category in what they lean to.",
        _FACETS,
        _fit("category", "long"),
    ),
    _pair(
        "category_fit_now",
        "share",
        "The share of its narrowest category in what this visit leans to.",
        _FACETS,
        _fit("category", "short"),
    ),
    _pair(
        "brand_fit",
        "share",
        "The share of its brand in what they lean to.",
        _FACETS,
        _fit("brand", "long"),
    ),
    _pair(
        "price_fit",
        "share",
        "The share of its price band in what they lean to.",
        _FACETS,
        _fit("price", "long"),
    ),
)
"""All features of a person and an item together."""
