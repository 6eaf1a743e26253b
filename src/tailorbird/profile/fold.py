"""Folding: how one more event changes what is known of a person."""

from collections.abc import Iterable, Mapping
from functools import reduce

from msgspec.structs import replace

from tailorbird.profile.affinity import lean
from tailorbird.profile.cart import change_cart
from tailorbird.profile.newest import Stamped, put_newest, put_oldest
from tailorbird.profile.ordering import take_order
from tailorbird.profile.presence import see
from tailorbird.profile.profile import Profile
from tailorbird.profile.reach import hear
from tailorbird.profile.tallies import Tallies, count
from tailorbird.profile.touches import search, touch
from tailorbird.profile.traits import learn_account_traits, learn_traits
from tailorbird.spine import events
from tailorbird.spine.events import Event

DISMISSED_KEPT = 100
ACCOUNTS_KEPT = 20
TICKETS_KEPT = 50
FIRED_KEPT = 50
PAYMENTS_KEPT = 20
_LONGEST_KEY = 80
_TICKETS = {"Ticket Opened": "open", "Ticket Closed": "closed"}


def fold(profile: Profile, event: Event) -> Profile:
    """Return the profile after one more event; the old one is untouched.

    Pure: no clock, no catalog, no luck. The log has already taken out repeated messages.
    """
    if event.kind == "split":
        # A split is an operator's act: the log is folded anew, by person.
        return profile
    if event.source.startswith(events.OWN_SOURCE):
        return _said_by_us(profile, event)
    if event.kind != "track":
        return replace(
            profile,
            presence=see(profile.presence, event),
            tallies=count(profile.tallies, event.name, event.occurred_at_ms),
            traits=learn_traits(profile.traits, event),
            accounts=_accounts(profile.accounts, event),
            joined=_joined(profile.joined, event),
            account_traits=learn_account_traits(profile.account_traits, event),
        )
    return Profile(
        presence=see(profile.presence, event),
        tallies=count(profile.tallies, event.name, event.occurred_at_ms),
        traits=learn_traits(profile.traits, event),
        accounts=_accounts(profile.accounts, event),
        joined=_joined(profile.joined, event),
        account_traits=profile.account_traits,
        touches=touch(profile.touches, event),
        searches=search(profile.searches, event),
        facets=lean(profile.facets, event),
        dismissed=_dismissed(profile.dismissed, event),
        cart=change_cart(profile.cart, event),
        orders=take_order(profile.orders, event),
        payments=_payments(profile.payments, event),
        reach=hear(profile.reach, event),
        tickets=_tickets(profile.tickets, event),
        fired=profile.fired,
    )


def fold_many(profile: Profile, history: Iterable[Event]) -> Profile:
    """Return the profile after many events, equal to folding one after the other."""
    return reduce(fold, history, profile)


def _said_by_us(profile: Profile, event: Event) -> Profile:
    """Take what the engine itself says of somebody: it happened, but they did nothing."""
    at_ms, rule = event.occurred_at_ms, event.properties.get("rule")
    fired = profile.fired
    if isinstance(rule, str) and rule:
        fired = put_newest(fired, rule[:_LONGEST_KEY], at_ms, FIRED_KEPT)
    return replace(
        profile,
        tallies=count(profile.tallies, event.name, at_ms),
        reach=hear(profile.reach, event),
        fired=fired,
    )


def _accounts(accounts: Mapping[str, int], event: Event) -> Mapping[str, int]:
    if event.group_id is None:
        return accounts
    return put_newest(accounts, event.group_id, event.occurred_at_ms, ACCOUNTS_KEPT)


def _joined(joined: Mapping[str, int], event: Event) -> Mapping[str, int]:
    if event.group_id is None:
        return joined
    return put_oldest(joined, event.group_id, event.occurred_at_ms, ACCOUNTS_KEPT)


def _dismissed(dismissed: Mapping[str, int], event: Event) -> Mapping[str, int]:
    if event.name == events.RECOMMENDATION_DISMISSED:
        for line in event.items:
            dismissed = put_newest(dismissed, line.id, event.occurred_at_ms, DISMISSED_KEPT)
    return dismissed


def _payments(payments: Tallies, event: Event) -> Tallies:
    if event.name != events.PAYMENT_INFO_ENTERED:
        return payments
    method = event.properties.get("payment_method")
    if not isinstance(method, str) or not method:
        return payments
    return count(payments, method[:_LONGEST_KEY], event.occurred_at_ms, PAYMENTS_KEPT)


def _tickets(tickets: Mapping[str, Stamped], event: Event) -> Mapping[str, Stamped]:
    state = _TICKETS.get(event.name)
    if state is None:
        return tickets
    ticket = str(event.properties.get("ticket_id", ""))[:_LONGEST_KEY]
    return put_newest(tickets, ticket, Stamped(event.occurred_at_ms, state), TICKETS_KEPT)
