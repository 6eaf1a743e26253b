"""A page with everything on: its configuration, its requests, and whether answers show it all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from tailorbird.collect.plan import PLAN
from tailorbird.decide.placements import DEFAULT_PLACEMENTS
from tailorbird.spine.ids import Subject

TRIAL, TRIAL_PLACE = "trial", "trial_offer"
RULES, ITEMS = 50, 12
UNTRAINED = "none"
_DEADLINE_MS = 2_000
"""So long that no model is left out while the load queues: what is measured is the whole answer."""

Answer = Mapping[str, Any]

EVERYTHING = ("home_recs", "hero", "cart_offer", "next_action")
VARIANTS: dict[str, tuple[str, ...]] = {
    "everything": EVERYTHING,
    "less the learned ranker (all weights order)": ("home_weights", *EVERYTHING[1:]),
    "less margin and freshness": ("home_relevance", *EVERYTHING[1:]),
    "less caps and discovery": ("home_uncapped", *EVERYTHING[1:]),
    "less the bandit (content by leaning)": ("home_recs", "hero_fixed", *EVERYTHING[2:]),
    "less content": ("home_recs", "cart_offer", "next_action"),
    "less uplift and segments (one depth)": ("home_recs", "hero", "flat_offer", "next_action"),
    "less the offer": ("home_recs", "hero", "next_action"),
    "less the next action": ("home_recs", "hero", "cart_offer"),
    "less experiments and holdout": ("home_untried", "hero", "cart_offer", "next_untried"),
    "home_recs of that page alone": ("home_recs",),
    "the same by all weights, alone": ("home_weights",),
    "plain home_recs, as it ships": ("home_plain",),
}
"""Each measured page: the placements that it asks for."""

_WEIGHTS = {
    "session": 1.0,
    "collaborative": 0.3,
    "complement": 0.2,
    "similar": 0.2,
    "affinity": 0.35,
    "popular": 0.1,
    "trending": 0.1,
    "new": 0.05,
}
_HOME: dict[str, Any] = {
    "limit": ITEMS,
    "ranker": "hybrid",
    "weights": _WEIGHTS,
    "business": {"margin": 0.1, "freshness": 0.05, "minStock": 2, "marginFloor": 0.05},
    "perBrand": 4,
    "perCategory": 4,
    "perVendor": 6,
    "exploreShare": 0.1,
}
_CREATIVES = [
    {"id": "proof", "data": {"text": "Chosen often this week"}},
    {"id": "camping", "facets": ["category:Outdoor"], "data": {"image": "/camping.jpg"}},
    {"id": "home", "facets": ["category:Home"], "data": {"image": "/home.jpg"}},
    {"id": "sale", "discount": True, "data": {"image": "/sale.jpg"}},
]
_BANDIT = {
    "policy": "linear_thompson",
    "rewards": {"Recommendation Clicked": 0.1, "Order Completed": 1},
    "guardrails": {"exploreShare": 0.05, "maximumDiscountShare": 0.6},
}
_OFFER: dict[str, Any] = {
    "depths": [5, 10, 15],
    "depthWithoutModel": 10,
    "marginFloor": 0.05,
    "assumedMargin": 0.4,
    "budget": {"total": 10_000_000},
    "cap": {"times": 1_000, "within": "30d"},
    "instead": {"id": "proof", "reason": "Bought often this week"},
    "holdout": 0.05,
    "explore": 0.1,
}
_BY_UPLIFT = {
    "treatment": TRIAL,
    "steps": [{"depth": 15, "deciles": 3}, {"depth": 10, "deciles": 6}, {"depth": 5, "deciles": 9}],
}
_DISCOUNTING = {"kind": "offer", "placement": "cart_offer", "exclusive": "deal"}
_ACTIONS = [
    {
        "name": "show-proof",
        "kind": "content",
        "placement": "hero_fixed",
        "creative": "proof",
        "effect": {"declared": 0.01},
    },
    {"name": "discount", **_DISCOUNTING, "effect": {"declared": 0.05}},
    {
        "name": "remind",
        "kind": "message",
        "channel": "email",
        "template": "cart-reminder",
        "delay": "60m",
        "exclusive": "deal",
        "when": "cart.value > 0.0",
        "effect": {"declared": 0.04},
        "cost": {"amount": 0.01, "fatigue": 0.1},
        "cap": {"times": 1_000, "within": "7d"},
    },
]


def configuration(*, rules: bool = True) -> str:
    """Return the file that puts everything in force, or everything but rules."""
    idle = {"next_action": {"actions": ["nothing"]}}
    acting = {"next_action": {"exploreShare": 0.05}}  # named, so that control has a ghost of it
    said: dict[str, Any] = {
        "placements": _placements(),
        "offers": [
            {"name": "week", **_OFFER, "byUplift": _BY_UPLIFT, "when": _when()},
            {"name": "flat", "placement": "flat_offer", **_OFFER},
            trial_offer(),
        ],
        "actions": _ACTIONS,
        "holdouts": [{"name": "global", "share": 0.05}],
        "experiments": [
            _experiment("discovery", {}, {"home_recs": {"exploreShare": 0.2}}),
            _experiment("acting", idle, acting),
        ],
    }
    if rules:
        said["rules"] = _rules()
    return json.dumps(said, indent=1)


def trial_configuration() -> str:
    """Return the file under which the trial runs from which uplift is learned."""
    places = [{"name": TRIAL_PLACE, "kind": "offer"}]
    return json.dumps({"placements": places, "offers": [trial_offer()]})


def trial_offer() -> dict[str, Any]:
    """Return an offer that half of all people get, by lot."""
    return {
        "name": TRIAL,
        "placement": TRIAL_PLACE,
        "depths": [10],
        "depthWithoutModel": 10,
        "assumedMargin": 0.4,
        "budget": {"total": 10_000_000},
        "holdout": 0.5,
    }


def bodies(
    people: Sequence[Subject],
    goods: Sequence[str],
    placements: Sequence[str],
    count: int,
    *,
    explain: bool = False,
) -> list[bytes]:
    """Return requests for a page, each of another person with another item and another cart."""
    rng = np.random.default_rng(1)
    items = rng.integers(0, len(goods), (count, 3)).tolist()
    return [
        _body(
            people[number % len(people)], [goods[one] for one in items[number]], placements, explain
        )
        for number in range(count)
    ]


def missing(answers: Sequence[Answer], model: str, *, uplift: bool) -> list[str]:
    """Return which parts of the page some answers together do not show, in words; none if all do.

    Args:
        answers: to the page with everything on, of many people, explained.
        model: the version that must have ordered the items.
        uplift: whether some depths must follow from uplift.
    """
    home, hero, offer, action = (
        [one["decisions"][place] for one in answers] for place in range(len(EVERYTHING))
    )
    tried = {one["name"] for each in home + action for one in each["experiments"]}
    arms = {one["variant"] for each in home + action for one in each["experiments"]}
    shown = [one for each in home for one in each["items"]]
    taken = {one["id"] for each in action for one in each["actions"]}
    sources = {name for one in shown for name in one["sources"]}
    reasons = [one["offer"]["reason"] for one in offer if one["offer"] is not None]
    parts = {
        "recommendations of a full page": all(len(one["items"]) == ITEMS for one in home),
        "levels that rest on the person": _most(home, _personal),
        "the trained version": all(one["model"] == model for one in home),
        "the collaborative source": model == UNTRAINED or "collaborative" in sources,
        "discovery": any(one["explore"] for one in shown),
        "content by a contextual bandit": all(_contextual(one["content"]) for one in hero),
        "several creatives": len({one["content"]["id"] for one in hero}) > 1,
        "an offer": _most(offer, lambda one: one["offer"] is not None),
        "a discount with a code": any((one["offer"] or {}).get("code") for one in offer),
        "a depth by uplift": not uplift or any("how you shop" in one for one in reasons),
        "an action that is taken": bool(taken - {"nothing"}),
        "nothing as an action": "nothing" in taken,
        "both experiments": tried == {"discovery", "acting"},
        "both arms and the holdout": arms == {"control", "treatment", "holdout"},
    }
    return [name for name, there in parts.items() if not there]


def _most(some: Sequence[Answer], good: Callable[[Answer], bool]) -> bool:
    return sum(good(one) for one in some) > len(some) / 2


def _personal(decision: Answer) -> bool:
    return decision["level"] in {"personal", "session"}


def _contextual(content: Answer) -> bool:
    return "actionProbability" in content


def _body(
    who: Subject,
    items: Sequence[str],
    placements: Sequence[str],
    explain: bool,  # noqa: FBT001
) -> bytes:
    said: dict[str, Any] = {
        **({"explain": True} if explain else {}),
        "anonymousId": who.anonymous_id,
        "userId": who.user_id,
        "deadlineMs": _DEADLINE_MS,
        "context": {
            "item": items[0],
            "cart": [{"item": one, "quantity": 1} for one in items[1:]],
            "currency": "EUR",
            "page": {"path": "/p"},
            "locale": "de-DE",
        },
        "placements": [{"name": one} for one in placements],
    }
    return msgspec.json.encode({name: one for name, one in said.items() if one is not None})


def _placements() -> list[dict[str, Any]]:
    ships = next(one for one in DEFAULT_PLACEMENTS if one.name == "home_recs")
    plain: dict[str, Any] = msgspec.to_builtins(ships)
    hero = {"kind": "content", "limit": 1, "creatives": _CREATIVES}
    action = {
        "kind": "action",
        "limit": 1,
        "exploreShare": 0.05,
        "actions": [str(one["name"]) for one in _ACTIONS],
    }
    none = {"perBrand": 0, "perCategory": 0, "perVendor": 0, "exploreShare": 0}
    return [
        {"name": "home_recs", **_HOME},
        {"name": "home_untried", **_HOME},
        {"name": "home_weights", **_HOME, "ranker": "blend"},
        {"name": "home_relevance", **_HOME, "business": {}},
        {"name": "home_uncapped", **_HOME, **none},
        {**plain, "name": "home_plain"},
        {"name": "hero", **hero, "bandit": _BANDIT},
        {"name": "hero_fixed", **hero},
        {"name": "flat_offer", "kind": "offer"},
        {"name": TRIAL_PLACE, "kind": "offer"},
        {"name": "next_action", **action},
        {"name": "next_untried", **action},
    ]


def _when() -> str:
    return 'cart.value > 0.0 && !("nobody" in person.segments) && person.orders < 500'


def _experiment(name: str, control: dict[str, Any], treated: dict[str, Any]) -> dict[str, Any]:
    arms = [
        {"name": "control", "placements": control},
        {"name": "treatment", "placements": treated},
    ]
    return {"name": name, "status": "running", "variants": arms, "exposedBy": "decided"}


def _rules() -> list[dict[str, Any]]:
    names = sorted(PLAN)[:10]
    return [
        {
            "name": f"rule_{number}",
            "on": names[number % len(names)] if number % 2 else "Product Viewed",
            "when": f'count("Product Viewed", item, "{number + 10}m") >= {number % 7 + 3}'
            f' && cart.value > {number}.0 && session.items >= 2 && person.country != "FR"',
            "cooldown": "1h",
        }
        for number in range(RULES)
    ]
