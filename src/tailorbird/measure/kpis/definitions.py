"""What each key figure means: declared once, for the sums, the answers, the pages and the docs."""

from typing import Literal

import msgspec

Kind = Literal["share", "money"]


class Kpi(msgspec.Struct, frozen=True):
    """A key figure: so many of so many, or so much money for each.

    Attributes:
        name: on the wire.
        title: for people.
        kind: a share has a Wilson interval, money one by the delta method.
        counted: what the numerator counts or adds up.
        of: what the denominator counts.
        says: what it tells a marketer, and what to mind.
        better: which direction is good for the shop.
        only: the dimension by which alone it is told; None for all.
    """

    name: str
    title: str
    kind: Kind
    counted: str
    of: str
    says: str
    better: Literal["up", "down"] = "up"
    only: str | None = None


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "ctr",
        "Click rate",
        "share",
        "impressions that were clicked",
        "impressions: answers that were seen, told by `Recommendation Viewed` with an `exposureId`",
        "How often somebody clicks what they are shown. An impression counts once; a click or a "
        "dismissal proves that it was seen.",
    ),
    Kpi(
        "attach_rate",
        "Attach rate",
        "share",
        "orders that hold an item which was shown in the same visit before, or used the code of "
        "an offer that was shown",
        "orders in visits to which the group belongs",
        "How often what was shown ends up in the order. It was perhaps wanted anyway: what showing "
        "brings about, only an experiment tells.",
    ),
    Kpi(
        "recovery_rate",
        "Cart recovery",
        "share",
        "abandoned carts of people who ordered within 7 days after",
        "abandoned carts: visits with something put into the cart, or a checkout begun, and no "
        "order; those whose 7 days are not over are left out",
        "How many of those who left a cart come back and buy. By trigger: carts on which it fired.",
    ),
    Kpi(
        "revenue_per_session",
        "Revenue per session",
        "money",
        "revenue of the orders in these visits, refunds and cancellations taken away",
        "visits to which the group belongs; a pause of 30 minutes ends a visit",
        "What a visit is worth. Each currency is a figure of its own, over all visits.",
    ),
    Kpi(
        "gross_profit_per_session",
        "Gross profit per session",
        "money",
        "revenue less the cost of the goods; a refund takes away its share of the profit",
        "visits to which the group belongs",
        "What a visit leaves. Orders with an item whose cost the catalog does not know, or knows "
        "in another currency, count as nothing, and the note says how many they are.",
    ),
    Kpi(
        "margin_per_impression",
        "Margin per impression",
        "money",
        "price less cost of the items that were shown and then ordered in the same visit",
        "impressions",
        "What showing something once leaves, taken at its best: as if each order of what was shown "
        "came from showing it. Refunds are not taken away.",
    ),
    Kpi(
        "stockout_rate",
        "Shown out of stock",
        "share",
        "impressions of items that could not be bought at that time",
        "impressions of items that the catalog knows",
        "How often a place was wasted on what is sold out. When stock ran out and came back is "
        "known from the first change that the catalog was told of.",
        "down",
    ),
    Kpi(
        "lost_demand",
        "Demand lost",
        "share",
        "views and cart additions of items that could not be bought at that time",
        "views and cart additions of items that the catalog knows",
        "How much of what people want is sold out.",
        "down",
    ),
    Kpi(
        "returns_rate",
        "Returns rate",
        "share",
        "orders that were refunded, in part or whole, or brought back to a store",
        "orders that were not cancelled",
        "How many orders come back. Young orders have had little time to: compare periods of the "
        "same age.",
        "down",
    ),
    Kpi(
        "sell_through",
        "Sell-through",
        "share",
        "pieces sold to anybody in the period, of the items that were shown",
        "the same, and the pieces in stock now; items whose stock is not counted are left out",
        "How much of what was there is sold.",
    ),
    Kpi(
        "unsubscribe_rate",
        "Unsubscribe rate",
        "share",
        "messages on which somebody unsubscribed",
        "messages delivered, told by `Message Delivered`",
        "How many messages cost a reader. By trigger, offer or placement: messages that name it in "
        "a property of that name.",
        "down",
    ),
    Kpi(
        "complaint_rate",
        "Complaint rate",
        "share",
        "messages that were reported as spam",
        "messages delivered",
        "Mail providers look at this: stay below 0.1 %.",
        "down",
    ),
    Kpi(
        "dismissal_rate",
        "Dismissal rate",
        "share",
        "impressions that were dismissed",
        "impressions",
        "How often shoppers say that they do not want to see it.",
        "down",
    ),
    Kpi(
        "false_positive_rate",
        "False alarms",
        "share",
        "firings in the control group after which the goal was reached all the same",
        "firings in the control group, of rules with a `holdout`, whose time is up",
        "How often a trigger fires for somebody who needed nothing. See `tailorbird rules report`.",
        "down",
        only="trigger",
    ),
)
BY_NAME = {one.name: one for one in KPIS}
