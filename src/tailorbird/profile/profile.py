"""A profile: what is known of one person, as a value that can be added to another.

Profiles are a commutative monoid. `EMPTY` is the zero, `merge` the sum, and `fold` adds one event:

    fold(merge(p, q), event) == merge(fold(p, event), q)

So joining two people at login equals having known one from the start, and the order in which
events arrive does not matter, only when they happened. Every part is a monoid of its own (a sum, a
maximum, the newest few of a set), and each file of this room is one part. Equality is exact but
for the decayed sums of `facets`, which agree within 1e-9 of their value; folding the same events in
the same order gives the same bytes.

Who the person is (identifiers, consent, contact data) is not in here.
"""

from collections.abc import Mapping

import msgspec

from tailorbird.profile.affinity import Pull
from tailorbird.profile.cart import NO_CART, Cart
from tailorbird.profile.newest import Stamped
from tailorbird.profile.orders import NO_ORDERS, Orders
from tailorbird.profile.presence import ABSENT, Presence
from tailorbird.profile.reach import Reach
from tailorbird.profile.tallies import Tally
from tailorbird.profile.touches import Search, Touch

LAYOUT = 1
"""Raised when the shape or the meaning of a profile changes: older bytes need a replay."""


class Profile(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of one person; see the parts' own files for their limits.

    Attributes:
        presence: when they were here, on what, and how they found us.
        tallies: event name → how often and when last.
        traits: trait name → its value as canonical JSON, as last said.
        accounts: group id → when they were last seen in it.
        joined: group id → when they were first seen in it; the oldest 20.
        account_traits: group id and trait name → what they said of that account.
        touches: the newest 64 acts on items, oldest first.
        searches: the newest 10 searches, oldest first.
        facets: facet → how strongly it pulls, at two speeds of decay.
        dismissed: item → when its recommendation was last dismissed; the newest 100.
        cart: what is in the cart.
        orders: every order, once.
        payments: payment method → how often it was entered and when last.
        reach: channel → what came of its messages.
        tickets: support ticket → `open` or `closed`, as last said; the newest 50.
        fired: rule → when it last fired about them; the newest 50.
    """

    presence: Presence = ABSENT
    tallies: Mapping[str, Tally] = {}
    traits: Mapping[str, Stamped] = {}
    accounts: Mapping[str, int] = {}
    joined: Mapping[str, int] = {}
    account_traits: Mapping[str, Stamped] = {}
    touches: tuple[Touch, ...] = ()
    searches: tuple[Search, ...] = ()
    facets: Mapping[str, Pull] = {}
    dismissed: Mapping[str, int] = {}
    cart: Cart = NO_CART
    orders: Orders = NO_ORDERS
    payments: Mapping[str, Tally] = {}
    reach: Mapping[str, Reach] = {}
    tickets: Mapping[str, Stamped] = {}
    fired: Mapping[str, int] = {}


EMPTY = Profile()

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Profile)


def pack(profile: Profile) -> bytes:
    """Return the profile as compact bytes."""
    return _encoder.encode(profile)


def unpack(packed: bytes) -> Profile:
    """Return the profile that `pack` made bytes of.

    Raises:
        msgspec.DecodeError: the bytes are not a packed profile of this layout.
    """
    return _decoder.decode(packed)
