"""Merging: what is known when two profiles turn out to be one person's."""

from tailorbird.profile.affinity import join_pulls
from tailorbird.profile.cart import join_carts
from tailorbird.profile.fold import (
    ACCOUNTS_KEPT,
    DISMISSED_KEPT,
    FIRED_KEPT,
    PAYMENTS_KEPT,
    TICKETS_KEPT,
)
from tailorbird.profile.newest import join_newest, join_oldest
from tailorbird.profile.ordering import join_orders
from tailorbird.profile.presence import join_presence
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.reach import join_reaches
from tailorbird.profile.tallies import join_tallies
from tailorbird.profile.touches import join_searches, join_touches
from tailorbird.profile.traits import ACCOUNT_TRAITS_KEPT, join_traits


def merge(a: Profile, b: Profile) -> Profile:
    """Return the profile of both histories together, as if it had been one from the start.

    The histories must not share events: what is in both counts twice (orders excepted). To undo a
    merge, fold the log of each again.
    """
    if a == EMPTY:
        return b
    if b == EMPTY:
        return a
    return Profile(
        presence=join_presence(a.presence, b.presence),
        tallies=join_tallies(a.tallies, b.tallies),
        traits=join_traits(a.traits, b.traits),
        accounts=join_newest(a.accounts, b.accounts, ACCOUNTS_KEPT),
        joined=join_oldest(a.joined, b.joined, ACCOUNTS_KEPT),
        account_traits=join_newest(a.account_traits, b.account_traits, ACCOUNT_TRAITS_KEPT),
        touches=join_touches(a.touches, b.touches),
        searches=join_searches(a.searches, b.searches),
        facets=join_pulls(a.facets, b.facets),
        dismissed=join_newest(a.dismissed, b.dismissed, DISMISSED_KEPT),
        cart=join_carts(a.cart, b.cart),
        orders=join_orders(a.orders, b.orders),
        payments=join_tallies(a.payments, b.payments, PAYMENTS_KEPT),
        reach=join_reaches(a.reach, b.reach),
        tickets=join_newest(a.tickets, b.tickets, TICKETS_KEPT),
        fired=join_newest(a.fired, b.fired, FIRED_KEPT),
    )
