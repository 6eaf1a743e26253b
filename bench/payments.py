"""How often the method that is taken stands first: `python -m bench.payments`.

A generated shop's history is walked through in order. Before each payment the methods are put in
order by what was known until then; then the payment is learned from. Beside it stands the shop's
own order. How generated shoppers pay is said in `tailorbird.simulate.paying`; nobody tells it to
the engine.
"""

import asyncio
import tempfile
from collections.abc import Iterator

import msgspec
import numpy as np

from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.decide.checkout.attempts import CONCERNED, Attempts
from tailorbird.decide.checkout.method import KNOWN_METHODS
from tailorbird.decide.checkout.methods import Till, ordered
from tailorbird.profile.cart import in_cart
from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.settings import Settings
from tailorbird.simulate.behavior import history
from tailorbird.simulate.shop import make_shop
from tailorbird.simulate.shoppers import make_shoppers
from tailorbird.spine.events import PAYMENT_INFO_ENTERED, Event, LoggedEvent
from tailorbird.spine.ids import PersonId

SEED, SHOPPERS, DAYS = 7, 1_500, 45
METHODS = ("card", "paypal", "klarna", "sepa", "apple_pay")
_NOW_MS = 1_790_000_000_000
_A_CHUNK = 500


def main() -> None:
    """Walk through the history, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(folder))


async def _measure(folder: str) -> None:
    install = Install(Settings(data=folder), serving=False)
    shop = await install.workspace()
    await _fill(shop)
    known = {one.name: one for one in KNOWN_METHODS}
    attempts, profiles = Attempts(), dict[PersonId | None, Profile]()
    ranks: list[tuple[bool, int, int]] = []
    seen: set[object] = set()
    for logged in await _events(shop):
        event = logged.event
        who = await shop.resolver.person(event.subject)
        profile = profiles.get(who, EMPTY)
        order = event.properties.get("order_id")
        if event.name == PAYMENT_INFO_ENTERED and order not in seen:
            seen.add(order)
            found = ordered(METHODS, _till(who, profile, event), attempts, known)
            taken = event.properties["payment_method"]
            place = [one.method for one in found].index(taken)
            ranks.append((bool(profile.payments), METHODS.index(taken), place))
        if event.name in CONCERNED:
            attempts.take(event, who)
        profiles[who] = fold(profile, event)
    await install.close()
    print(f"{'first in the list is what they take':<38}{'orders':>8}{'shop':>8}{'learned':>9}")
    for name, some in (
        ("all", ranks),
        ("who paid here before", [one for one in ranks if one[0]]),
        ("who never did", [one for one in ranks if not one[0]]),
    ):
        by_shop = sum(one[1] == 0 for one in some) / len(some)
        learned = sum(one[2] == 0 for one in some) / len(some)
        print(f"{name:<38}{len(some):>8}{by_shop:>8.1%}{learned:>9.1%}")


def _till(who: PersonId | None, profile: Profile, event: Event) -> Till:
    value = sum(line.quantity * line.price_minor for line in in_cart(profile.cart))
    place = event.context
    return Till(who, profile, event.occurred_at_ms, value, "EUR", place.country, place.device)


async def _fill(shop: Workspace) -> None:
    rng = np.random.default_rng(SEED)
    goods = make_shop(rng, _NOW_MS)
    await shop.catalog.put(msgspec.json.encode(list(goods.items)))
    people = make_shoppers(rng, SHOPPERS)
    door = Door(source="bench", received_at_ms=_NOW_MS, historical=True)
    for chunk in _chunks(history(goods, people, _NOW_MS, DAYS, rng)):
        await shop.collector.collect(chunk, door)


async def _events(shop: Workspace) -> list[LoggedEvent]:
    found: list[LoggedEvent] = []
    while batch := await shop.log.read(found[-1].offset if found else 0, 5_000):
        found.extend(batch)
    return found


def _chunks(events: Iterator[dict[str, object]]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for event in events:
        chunk.append(msgspec.json.encode(event))
        if len(chunk) == _A_CHUNK:
            yield chunk
            chunk = []
    yield chunk


if __name__ == "__main__":
    main()
