"""One customer view: a profile, made readable as of a moment."""

from collections.abc import Mapping
from typing import Any

from tailorbird.profile.affinity import Horizon, leanings
from tailorbird.profile.cart import Cart, cart_changed_ms, in_cart
from tailorbird.profile.customer import (
    AcquisitionView,
    AffinityView,
    ArrivalView,
    CartItemView,
    CartView,
    ChannelView,
    Customer,
    CustomerView,
    FacetShare,
    LastItem,
    PaymentView,
    PlaceView,
    PriceView,
    SupportView,
    Times,
)
from tailorbird.profile.hours import best_hours, offset_of
from tailorbird.profile.intent import intent
from tailorbird.profile.newest import Stamped
from tailorbird.profile.orders import Orders, placed
from tailorbird.profile.orders_view import money, orders_view
from tailorbird.profile.presence import Arrival
from tailorbird.profile.price_sensitivity import price_score
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import last_items
from tailorbird.profile.tallies import Tally
from tailorbird.profile.traits import attributes, preferences
from tailorbird.profile.worth import price_sensitivity
from tailorbird.spine.clock import format_time
from tailorbird.spine.facets import Spell

_FACETS_SHOWN = 10
_NO_IDENTITY: Mapping[str, Any] = {}


def view(
    profile: Profile,
    now_ms: int,
    identity: Mapping[str, Any] = _NO_IDENTITY,
    spell: Spell = str,
) -> CustomerView:
    """Return the whole view as of `now_ms`.

    Args:
        profile: what is known.
        now_ms: the moment; scores, recency and intent depend on it.
        identity: the first layer, from whoever keeps identities; shown as it is.
        spell: how brands are written in words for people.
    """
    return CustomerView(
        identity=identity,
        intent=intent(profile, now_ms, spell),
        affinity=AffinityView(
            short=_facets(profile, now_ms, "short"), long=_facets(profile, now_ms, "long")
        ),
        customer=_customer(profile, now_ms),
    )


def _customer(profile: Profile, now_ms: int) -> Customer:
    presence = profile.presence
    offset = offset_of(_text(presence.timezone), now_ms)
    price, moved = price_sensitivity(profile, now_ms), price_score(profile, now_ms)
    return Customer(
        first_seen_at=_time(presence.first_ms),
        last_seen_at=_time(presence.last_ms),
        active_days=len(presence.days),
        best_hours=best_hours(presence.hours, offset),
        attributes=attributes(profile.traits),
        preferences=preferences(profile.traits),
        accounts=_newest_first(profile.accounts),
        orders=orders_view(profile.orders, now_ms),
        cart=_cart(profile.cart),
        last_items=tuple(
            LastItem(touch.item, touch.kind.name.lower(), format_time(touch.at_ms))
            for touch in last_items(profile)
        ),
        searches=tuple(search.query for search in reversed(profile.searches)),
        dismissed_items=_newest_first(profile.dismissed),
        counters={name: _times(tally) for name, tally in sorted(profile.tallies.items())},
        price_sensitivity=PriceView(
            price.items,
            price.revenue,
            price.band,
            round(moved.score, 4),
            round(moved.evidence, 2),
            None if moved.viewed is None else round(moved.viewed, 4),
        ),
        payment_methods=_payments(profile.payments, profile.orders),
        channels=_channels(profile, offset),
        place=PlaceView(
            country=_text(presence.country),
            timezone=_text(presence.timezone),
            locale=_text(presence.locale),
            device=_text(presence.device),
        ),
        acquisition=AcquisitionView(
            _arrival(presence.first_arrival), _arrival(presence.last_arrival)
        ),
        support=SupportView(
            open_tickets=sum(state.text == "open" for state in profile.tickets.values()),
            tickets={ticket: state.text for ticket, state in sorted(profile.tickets.items())},
        ),
    )


def _facets(profile: Profile, now_ms: int, horizon: Horizon) -> dict[str, tuple[FacetShare, ...]]:
    kinds: dict[str, list[FacetShare]] = {}
    for leaning in leanings(profile.facets, now_ms, horizon):
        score = round(leaning.score, 4)
        if not score:  # long past: a share of nothing
            continue
        shown = kinds.setdefault(leaning.kind, [])
        if len(shown) < _FACETS_SHOWN:
            shown.append(FacetShare(leaning.name, round(leaning.share, 4), score))
    return {kind: tuple(shown) for kind, shown in sorted(kinds.items())}


def _cart(cart: Cart) -> CartView:
    lines = in_cart(cart)
    # A cart is in one currency; should lines differ, those of the newest are summed.
    currency = next((line.currency for line in reversed(lines) if line.currency), "")
    total = sum(line.quantity * line.price_minor for line in lines if line.currency == currency)
    return CartView(
        items=tuple(
            CartItemView(
                line.item,
                line.quantity,
                money(line.price_minor, line.currency) if line.price_minor else None,
            )
            for line in lines
        ),
        value=money(total, currency),
        changed_at=_time(cart_changed_ms(cart)),
    )


def _payments(entered: Mapping[str, Tally], orders: Orders) -> tuple[PaymentView, ...]:
    paid: dict[str, Tally] = {}
    never = Tally(0, 0)
    for one in placed(orders):
        if one.sale.payment_method:
            before = paid.get(one.sale.payment_method, never)
            paid[one.sale.payment_method] = Tally(before.count + 1, one.sale.at_ms)
    return tuple(
        PaymentView(
            method=method,
            orders=paid.get(method, never).count,
            entered=entered.get(method, never).count,
            last_at=format_time(
                max(paid.get(method, never).last_ms, entered.get(method, never).last_ms)
            ),
        )
        for method in sorted(paid.keys() | entered.keys())
    )


def _channels(profile: Profile, offset_hours: int) -> dict[str, ChannelView]:
    return {
        channel: ChannelView(
            outcomes=dict(sorted(reach.outcomes.items())),
            best_hours=best_hours(reach.hours, offset_hours),
            last_engaged_at=_time(reach.last_engaged_ms or None),
        )
        for channel, reach in sorted(profile.reach.items())
    }


def _arrival(arrival: Arrival | None) -> ArrivalView | None:
    if arrival is None:
        return None
    return ArrivalView(
        format_time(arrival.at_ms),
        arrival.channel or None,
        arrival.campaign or None,
        arrival.referrer or None,
    )


def _newest_first(moments: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(moments, key=lambda name: (-moments[name], name)))


def _times(tally: Tally) -> Times:
    return Times(tally.count, format_time(tally.last_ms))


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_time(at_ms)


def _text(said: Stamped | None) -> str | None:
    return None if said is None else said.text
