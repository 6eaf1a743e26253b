"""A few people to try the demo with, whose histories differ so much that the answers must."""

from collections.abc import Iterator

import msgspec
import numpy as np

from tailorbird.simulate.choice import Mission
from tailorbird.simulate.families import vocabulary
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop
from tailorbird.simulate.shoppers import Device, Shopper, make_device, make_shopper
from tailorbird.simulate.trip import NEWCOMER
from tailorbird.simulate.visits import Visit, make_visit
from tailorbird.simulate.walk import walk
from tailorbird.simulate.wire import Stamped, WireEvent
from tailorbird.spine.clock import DAY_MS

_BUYS = 20.0  # resolve: sure to buy, and to say who they are
_LOOKS = -20.0  # resolve: sure to compare and to go without buying
_FIRST_NUMBER = 900_001  # apart from the numbers of generated shoppers


class Errand(msgspec.Struct, frozen=True):
    """One visit of a persona: how many days ago, for which family, on which of their devices."""

    days_ago: float
    family: str
    resolve: float
    device: int = 0


class Role(msgspec.Struct, frozen=True):
    """A persona as written down: the ids that they go by, and what they have done so far."""

    name: str
    sentence: str
    anonymous_ids: tuple[str, ...]
    style: int
    user_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    errands: tuple[Errand, ...] = ()


class Persona(msgspec.Struct, frozen=True):
    """Somebody to ask the server about, with all of their visits.

    `name` is short (`camper`), `sentence` says who they are (`a returning camper`), and
    `anonymous_id` is the device they use now.
    """

    name: str
    sentence: str
    anonymous_id: str
    user_id: str | None
    visits: tuple[Visit, ...]

    def identifiers(self) -> dict[str, str]:
        """Return the identifiers as a decide request bears them."""
        if self.user_id is None:
            return {"anonymousId": self.anonymous_id}
        return {"anonymousId": self.anonymous_id, "userId": self.user_id}


_ROLES = (
    Role(
        name="camper",
        sentence="a returning camper",
        anonymous_ids=("demo-camper-laptop", "demo-camper-phone"),
        style=0,
        user_id="demo-camper",
        first_name="Anna",
        last_name="Wald",
        errands=(
            Errand(41.2, "tent", _LOOKS),
            Errand(39.1, "tent", _BUYS),
            Errand(12.3, "headlamp", _BUYS, device=1),
            Errand(4.4, "backpack", _LOOKS, device=1),
            Errand(1.3, "sleeping-bag", _LOOKS, device=1),
        ),
    ),
    Role(
        name="kettles",
        sentence="an anonymous visitor comparing kettles",
        anonymous_ids=("demo-kettles",),
        style=3,
        errands=(
            Errand(3.2, "kettle", _LOOKS),
            Errand(1.1, "kettle", _LOOKS),
            Errand(0.1, "kettle", _LOOKS),
        ),
    ),
    Role(
        name="cook",
        sentence="a loyal home cook",
        anonymous_ids=("demo-cook",),
        style=2,
        user_id="demo-cook",
        first_name="Leo",
        last_name="Herd",
        errands=(
            Errand(52.4, "pan", _BUYS),
            Errand(33.3, "knife", _BUYS),
            Errand(15.2, "casserole", _BUYS),
            Errand(2.2, "grinder", _LOOKS),
        ),
    ),
    Role(
        name="new",
        sentence="somebody brand-new",
        anonymous_ids=("demo-new",),
        style=1,
    ),
)


def cast() -> tuple[tuple[str, str], ...]:
    """Return who the personas are: a sentence, and an identifier such as `user:demo-camper`."""
    return tuple(
        (
            role.sentence,
            f"anonymous:{role.anonymous_ids[-1]}"
            if role.user_id is None
            else f"user:{role.user_id}",
        )
        for role in _ROLES
    )


def make_personas(shop: Shop, until_ms: int, rng: np.random.Generator) -> tuple[Persona, ...]:
    """Return the demo's personas: a camper, a kettle comparer, a cook, and somebody new.

    Args:
        shop: where they shop.
        until_ms: now; their visits lie at fixed distances before it.
        rng: decides what they look at, within what they are out for.
    """
    luck = Luck(rng)
    return tuple(
        _persona(shop, role, _FIRST_NUMBER + place, until_ms, luck)
        for place, role in enumerate(_ROLES)
    )


def story_of(shop: Shop, persona: Persona, until_ms: int) -> Iterator[WireEvent]:
    """Yield what a persona has done up to a moment, in time order; nothing for somebody new."""
    memory = NEWCOMER
    stamped: list[Stamped] = []
    for visit in persona.visits:
        walked = walk(shop, visit, memory)
        memory = walked.memory
        stamped.extend(walked.events)
    for at_ms, event in sorted(stamped, key=lambda pair: pair[0]):
        if at_ms <= until_ms:
            yield event


def _persona(shop: Shop, role: Role, number: int, until_ms: int, luck: Luck) -> Persona:
    shopper = _shopper(role, number, luck)
    visits = [_visit(shop, shopper, errand, until_ms, luck) for errand in role.errands]
    return Persona(
        name=role.name,
        sentence=role.sentence,
        anonymous_id=role.anonymous_ids[-1],
        user_id=role.user_id,
        visits=tuple(visits),
    )


def _shopper(role: Role, number: int, luck: Luck) -> Shopper:
    drawn = make_shopper(number, luck)
    kinds = ("desktop", "mobile")
    devices = [make_device(kind, luck) for kind in kinds[: len(role.anonymous_ids)]]
    return msgspec.structs.replace(
        drawn,
        devices=tuple(
            Device(anonymous_id, device.kind, device.user_agent)
            for anonymous_id, device in zip(role.anonymous_ids, devices, strict=True)
        ),
        taste=msgspec.structs.replace(drawn.taste, style=role.style),
        user_id=role.user_id,
        first_name=role.first_name,
        last_name=role.last_name,
    )


def _visit(shop: Shop, shopper: Shopper, errand: Errand, until_ms: int, luck: Luck) -> Visit:
    names = [family.name for family in vocabulary().families]
    family = names.index(errand.family)
    # One mission for each family, however many visits it takes; a line of the persona's style.
    line = shopper.taste.style % shop.line_counts[family]
    mission = Mission(number=family, family=family, line=line, resolve=errand.resolve)
    start_ms = until_ms - round(errand.days_ago * DAY_MS)
    visit = make_visit(shopper, mission, start_ms, luck)
    return msgspec.structs.replace(visit, device=errand.device)
