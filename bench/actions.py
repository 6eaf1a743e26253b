"""What one next best action costs: `python -m bench.actions`.

Three actions (proof, a discount, a reminder with a cap and fatigue) are weighed for people of a
generated shop, in process: processor time of all threads, not time that passes. Everybody is asked
once in each round, so later rounds have a longer past behind them.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence

import msgspec

from bench.filled import fill, users
from tailorbird.compose import Install, Workspace
from tailorbird.configure.ports import Deed
from tailorbird.decide.actions.wire import as_decide, decode_next_action
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import Subject

SHOPPERS, DAYS, ASKED, ROUNDS = 900, 30, 100, 60
_WARM = 20  # people who are asked about first, and not counted
ACTIONS = """
placements:
  - {name: next_action, kind: action, limit: 1, exploreShare: 0.05}
  - {name: hero, kind: content, creatives: [{id: proof, data: {text: Loved}}, {id: plain}]}
offers:
  - {name: ten-off, depths: [10], depthWithoutModel: 10, budget: {total: 500}}
actions:
  - {name: proof, kind: social_proof, placement: hero, creative: proof, effect: {declared: 0.01}}
  - {name: discount, kind: offer, placement: cart_offer, exclusive: deal, effect: {declared: 0.05}}
  - name: remind
    kind: message
    channel: email
    template: cart-reminder
    delay: 60m
    exclusive: deal
    when: "cart.value > 0.0"
    effect: {declared: 0.04}
    cost: {amount: 0.01, fatigue: 0.1}
    cap: {times: 1000, within: 7d}
"""


def main() -> None:
    """Ask, and print a table."""
    with tempfile.TemporaryDirectory(prefix="tailorbird-actions-") as folder:
        asyncio.run(_measure(folder))


async def _measure(folder: str) -> None:
    install = Install(Settings(data=folder))
    shop = await install.workspace()
    await shop.configurator.apply({"actions.yaml": ACTIONS}, Deed("bench", wall_clock()))
    goods = await fill(shop, SHOPPERS, DAYS)
    known = await users(shop, ASKED)
    people = known[_WARM:]
    await _round(shop, known[:_WARM], goods)
    print(f"{'next best action of 3':<26}{'calls':>8}{'processor ms a call':>22}")
    spent = [await _round(shop, people, goods) for _ in range(ROUNDS)]
    for name, some in (
        ("first time", spent[:1]),
        ("asked up to 10 times", spent[1:10]),
        ("asked 50 to 60 times", spent[-10:]),
    ):
        cost = sum(some) / (len(some) * len(people)) * 1000
        print(f"{name:<26}{len(some) * len(people):>8}{cost:>22.3f}")
    await install.close()


async def _round(shop: Workspace, people: Sequence[Subject], goods: Sequence[str]) -> float:
    """Return the processor time, in seconds, of asking everybody once."""
    bodies = [
        msgspec.json.encode(
            {
                "anonymousId": one.anonymous_id,
                "userId": one.user_id,
                "context": {"cart": [{"item": goods[at % len(goods)]}], "currency": "EUR"},
            }
        )
        for at, one in enumerate(people)
    ]
    began = time.process_time()
    for one, body in zip(people, bodies, strict=True):
        request = as_decide(decode_next_action(body))
        await shop.decider.decide(request, one, {}, deadline_ms=5_000)
    return time.process_time() - began


if __name__ == "__main__":
    main()
