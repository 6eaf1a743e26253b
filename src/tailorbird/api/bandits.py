"""The door to the bandits: what each has learned of its arms, and what learning has cost."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.decide.bandits.regret import BanditReading


class ArmShown(msgspec.Struct, frozen=True, rename="camel"):
    """An arm: how often it was shown, what it earned, and what is believed of it (95 %)."""

    id: str
    exposures: int
    reward: float
    mean: float
    low: float
    high: float
    best_probability: float


class BanditShown(msgspec.Struct, frozen=True, rename="camel"):
    """A bandit: its arms, the likeliest best first, and its regret beside showing all alike."""

    placement: str
    policy: str
    exposures: int
    reward: float
    regret: float
    even_regret: float
    arms: list[ArmShown]


class BanditsShown(msgspec.Struct, frozen=True):
    """Every placement that has a bandit."""

    bandits: list[BanditShown]


class BanditDoors:
    """Doors for whoever watches bandits learn."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/v1/bandits"): self.all}

    async def all(self, call: Call) -> Answer:
        """Show what every bandit has learned."""
        shop = (await self._keeper.admit(call, Scope.ADMIN)).shop
        await shop.bandits.round()
        placements = shop.decider.placements
        made = []
        for name, reading in shop.bandits.readings(placements).items():
            bandit = placements.get(name).bandit
            if bandit is not None:
                made.append(_shown(name, bandit.policy.value, reading))
        return answer(BanditsShown(made))


def _shown(name: str, policy: str, reading: BanditReading) -> BanditShown:
    return BanditShown(
        placement=name,
        policy=policy,
        exposures=reading.exposures,
        reward=reading.reward,
        regret=reading.regret,
        even_regret=reading.even_regret,
        arms=[ArmShown(*one) for one in reading.arms],
    )
