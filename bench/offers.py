"""What offers and payment methods cost an answer: `python -m bench.offers`.

In process, without HTTP, one request after another: the decider is asked for one placement at a
time. Beside them stands `hero` (content), which awaits nothing: what any answer costs. A new offer
is on disk before it is told, so it costs an fsync, which those who ask at the same time share; the
last row shows that with 64 asking at once.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tailorbird.compose import Install, Workspace
from tailorbird.configure.ports import Deed
from tailorbird.decide.wire import CartLine, DecideRequest, RequestContext, Slot
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import Subject

ROUNDS = 2_000
TOGETHER = 64
_OFFER = {
    "name": "week",
    "depths": [5, 10],
    "depthWithoutModel": 10,
    "budget": {"total": 1_000_000},
    "when": "cart.value >= 20.0 && person.orders < 50",
}
_CART = RequestContext(cart=(CartLine("tent", 1), CartLine("rope", 2)), currency="EUR")
_METHODS = ("card", "paypal", "klarna", "sepa", "apple_pay")
_ITEMS = (
    b'[{"id":"tent","price":100,"cost":40,"currency":"EUR"},'
    b'{"id":"rope","price":20,"cost":8,"currency":"EUR"}]'
)

Ask = Callable[[Workspace, int], Awaitable[object]]


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    install = Install(Settings(data=str(folder)))
    shop = await install.workspace()
    await shop.catalog.put(_ITEMS)
    print(f"{'one placement, in process':<46}{'p50 µs':>9}{'p99 µs':>9}")
    await _row(shop, "hero (content): awaits nothing", _asking("hero"))
    await _row(shop, "cart_offer: no offer configured", _asking("cart_offer"))
    await _apply(shop, _OFFER)
    await _row(shop, "cart_offer: new, on disk before told", _asking("cart_offer", "new"))
    await _row(shop, "cart_offer: given before, shown again", _asking("cart_offer", "new"))
    await _apply(shop, {**_OFFER, "name": "spent", "budget": {"total": 0}})
    await _row(shop, "cart_offer: budget used up", _asking("cart_offer", "late"))
    await _apply(shop, {**_OFFER, "name": "big", "when": "cart.value >= 9000.0"})
    await _row(shop, "cart_offer: its condition does not hold", _asking("cart_offer", "late"))
    await _row(shop, "payment_methods: five, by a stranger", _asking("payment_methods"))
    await _row(
        shop, "payment_methods: five, by a named user", _asking("payment_methods", user=True)
    )
    await _apply(shop, {**_OFFER, "name": "crowd"})
    await _crowd(shop)
    await install.close()


async def _row(shop: Workspace, name: str, ask: Ask) -> None:
    times = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        await ask(shop, number)
        times.append((time.perf_counter() - began) * 1e6)
    times = sorted(times[ROUNDS // 10 :])
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"{name:<46}{p50:>9.0f}{p99:>9.0f}")


async def _crowd(shop: Workspace) -> None:
    ask, began = _asking("cart_offer", "crowd"), time.perf_counter()
    for first in range(0, ROUNDS, TOGETHER):
        await asyncio.gather(*(ask(shop, first + more) for more in range(TOGETHER)))
    each = (time.perf_counter() - began) * 1e6 / ROUNDS
    print(f"{f'cart_offer: new, {TOGETHER} at once, each':<46}{each:>9.0f}{'':>9}")


def _asking(placement: str, who: str = "a", *, user: bool = False) -> Ask:
    slots = (Slot(placement, candidates=_METHODS if placement == "payment_methods" else ()),)

    async def ask(shop: Workspace, number: int) -> object:
        name = f"{who}{number}"
        subject = Subject(anonymous_id=name, user_id=f"u{number}" if user else None)
        request = DecideRequest(slots, name, subject.user_id, context=_CART)
        return await shop.decider.decide(request, subject, {}, deadline_ms=1_000)

    return ask


async def _apply(shop: Workspace, offer: dict[str, object]) -> None:
    text = json.dumps({"offers": [offer]})
    await shop.configurator.apply({"offers.yaml": text}, Deed("bench", wall_clock(), ""))


if __name__ == "__main__":
    main()
