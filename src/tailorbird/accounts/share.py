"""An account's profile: the sum of what each of its people brings to it.

Profiles are a commutative monoid, so an account needs no store of its own: its profile is the sum
of its people's shares, and without somebody it is what it would be had they never been there.

What somebody brings is parted by time. An order counts for the account that it names, else for
the one that they were last heard of in before they ordered: whoever changes employers takes none
of the old one's orders along. What they look at, lean to and have in the cart now counts for the
account that they were last heard of in.
"""

from collections.abc import Iterable

from tailorbird.profile.merge import merge
from tailorbird.profile.newest import Stamped
from tailorbird.profile.orders import Order, Orders, order_time
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.traits import account_trait, traits_of_account


def current_account(profile: Profile) -> str | None:
    """Return the account in which somebody was seen last; None for who is in none."""
    if not profile.accounts:
        return None
    return max((at_ms, name) for name, at_ms in profile.accounts.items())[1]


def account_at(profile: Profile, at_ms: int) -> str | None:
    """Return the account of which somebody had last been heard at a moment; None before all.

    What is kept is when they were first and last seen in each, so that between the two of one
    account a visit to another stands until the last.
    """
    marks = [*profile.joined.items(), *profile.accounts.items()]
    past = [(seen_ms, name) for name, seen_ms in marks if seen_ms <= at_ms]
    return max(past)[1] if past else None


def ordered_for(profile: Profile, order: Order) -> str | None:
    """Return for which account an order was placed."""
    if order.sale is not None and order.sale.account:
        return order.sale.account
    return account_at(profile, order_time(order))


def share(profile: Profile, account: str) -> Profile:
    """Return what one person brings to an account; nothing where they were never in it."""
    if account not in profile.accounts:
        return EMPTY
    kept = {
        order_id: order
        for order_id, order in profile.orders.kept.items()
        if ordered_for(profile, order) == account
    }
    said: dict[str, Stamped] = {
        account_trait(account, name): value
        for name, value in traits_of_account(profile.account_traits, account).items()
    }
    here = current_account(profile) == account
    return Profile(
        presence=profile.presence if here else EMPTY.presence,
        accounts={account: profile.accounts[account]},
        joined={account: profile.joined[account]} if account in profile.joined else {},
        account_traits=said,
        touches=profile.touches if here else (),
        facets=profile.facets if here else {},
        cart=profile.cart if here else EMPTY.cart,
        orders=Orders(kept),
    )


def account_profile(people: Iterable[Profile], account: str) -> Profile:
    """Return the profile of an account, in whatever order its people come."""
    shares = [share(one, account) for one in people if account in one.accounts]
    return _sum(shares) if shares else EMPTY


def _sum(shares: list[Profile]) -> Profile:
    """Return the sum of some, halves first: a great sum is not begun anew for each small one."""
    if len(shares) == 1:
        return shares[0]
    half = len(shares) // 2
    return merge(_sum(shares[:half]), _sum(shares[half:]))
