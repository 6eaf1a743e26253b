"""What a visit is about: the category, brand, items and words that explain most of it.

Each touch weighs as its act does for affinity, and halves every 30 minutes. The subject is the
deepest category that holds 60 % of the weight, with the brand that holds 60 % of that category's;
without such a category it is such a brand; without either, the heaviest category, or the heaviest
item where nothing is known of items but their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp2

import msgspec

from tailorbird.profile.affinity import SHORT_HALF_LIFE_MS, leanings
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import Session
from tailorbird.profile.touches import Touch, TouchKind
from tailorbird.spine.facets import Spell
from tailorbird.spine.ids import ItemId

_DOMINATES = 0.6
_ITEMS_SHOWN = 5
_WEIGHTS = {
    TouchKind.CLICK: 0.5,
    TouchKind.VIEW: 1.0,
    TouchKind.SHARE: 2.0,
    TouchKind.WISH: 2.0,
    TouchKind.ADD: 3.0,
    TouchKind.BUY: 5.0,
}


class Subject(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What somebody is after: as much of it as is known.

    `items` are those touched during the visit, the newest first, at most five.
    """

    category: str | None = None
    brand: str | None = None
    query: str | None = None
    items: tuple[ItemId, ...] = ()

    def words(self, spell: Spell = str) -> str:
        """Return the subject in a few words: `Camping > Tents by MSR`."""
        brand = None if self.brand is None else spell(self.brand)
        if self.category is not None:
            return self.category if brand is None else f"{self.category} by {brand}"
        if brand is not None:
            return brand
        return f'"{self.query}"' if self.query is not None else "one item"


class Found(msgspec.Struct, frozen=True):
    """A subject, the share (0..1) of the weight that it explains, and what speaks for it.

    `touches` are the visit's touches on it, oldest first; `backing` is how many touches' worth
    there is to go by.
    """

    subject: Subject
    share: float
    backing: float
    touches: tuple[Touch, ...] = ()

    @property
    def confidence(self) -> float:
        """The share, shrunk towards 0 when there is little to go by."""
        return self.share * self.backing / (self.backing + 1)


class _Weighed(msgspec.Struct, frozen=True):
    touch: Touch
    weight: float


def subject_of(visit: Session) -> Found | None:
    """Return what a visit is about; None when nothing was touched or searched for."""
    query = visit.searches[-1].query if visit.searches else None
    if not visit.touches:
        return None if query is None else Found(Subject(query=query), share=1.0, backing=1.0)
    known = {touch.item: touch for touch in visit.touches if touch.kind is not TouchKind.BUY}
    weighed = [_weigh(touch, known.get(touch.item), visit.last_ms) for touch in visit.touches]
    chosen = _choose(weighed)
    mine = [one for one in weighed if _within(one.touch, chosen)]
    touches = tuple(one.touch for one in mine)
    share = sum(one.weight for one in mine) / sum(one.weight for one in weighed)
    items = tuple(dict.fromkeys(touch.item for touch in reversed(touches)))[:_ITEMS_SHOWN]
    subject = msgspec.structs.replace(chosen, query=query, items=items)
    return Found(subject, min(1.0, share), len(touches), touches)


def usual_subject(profile: Profile, now_ms: int) -> Found | None:
    """Return what somebody leans to in the long run; None when nothing is known yet."""
    leans = leanings(profile.facets, now_ms, "long")
    paths = {lean.name: lean.score for lean in leans if lean.kind == "category"}
    brands = [lean for lean in leans if lean.kind == "brand"]
    brand = next((lean.name for lean in brands if lean.share >= _DOMINATES), None)
    total = sum(score for path, score in paths.items() if " > " not in path)
    if total > 0:
        path = _deepest(paths, total) or _heaviest(paths)
        return Found(Subject(path, brand), min(1.0, paths[path] / total), paths[path])
    if brands and brands[0].score > 0:
        return Found(Subject(brand=brands[0].name), brands[0].share, brands[0].score)
    return None


def _choose(weighed: Sequence[_Weighed]) -> Subject:
    total = sum(one.weight for one in weighed)
    paths = _masses((path, one.weight) for one in weighed for path in _paths(one.touch))
    brand = _dominant_brand(weighed, total)
    path = _deepest(paths, total)
    if path is None and brand is not None:
        return Subject(brand=brand)
    if path is None and not paths:
        items = _masses((one.touch.item, one.weight) for one in weighed)
        return Subject(items=(ItemId(_heaviest(items)),))
    path = path or _heaviest(paths)
    within = [one for one in weighed if path in _paths(one.touch)]
    return Subject(path, _dominant_brand(within, paths[path]))


def _dominant_brand(weighed: Iterable[_Weighed], total: float) -> str | None:
    brands = _masses((one.touch.brand, one.weight) for one in weighed if one.touch.brand)
    leader = _heaviest(brands) if brands else None
    return leader if leader is not None and brands[leader] >= _DOMINATES * total else None


def _within(touch: Touch, subject: Subject) -> bool:
    if subject.category is not None:
        return subject.category in _paths(touch)
    if subject.brand is not None:
        return touch.brand == subject.brand
    return touch.item in subject.items


def _weigh(touch: Touch, known: Touch | None, last_ms: int) -> _Weighed:
    """Weigh a touch; a purchase is told without facets, so its item's other touch lends them."""
    if known is not None and touch.kind is TouchKind.BUY:
        touch = msgspec.structs.replace(touch, category=known.category, brand=known.brand)
    age_ms = last_ms - touch.at_ms
    return _Weighed(touch, _WEIGHTS[touch.kind] * exp2(-age_ms / SHORT_HALF_LIFE_MS))


def _paths(touch: Touch) -> list[str]:
    """Return a touch's category and all that contain it."""
    if not touch.category:
        return []
    levels = touch.category.split(" > ")
    return [" > ".join(levels[:depth]) for depth in range(1, len(levels) + 1)]


def _masses(weighted: Iterable[tuple[str, float]]) -> dict[str, float]:
    masses: dict[str, float] = {}
    for name, weight in weighted:
        masses[name] = masses.get(name, 0.0) + weight
    return masses


def _deepest(paths: Mapping[str, float], total: float) -> str | None:
    """Return the deepest path that dominates; of equally deep ones the heavier."""
    dominant = [path for path, mass in paths.items() if mass >= _DOMINATES * total]
    return max(dominant, key=lambda path: (path.count(" > "), paths[path], path), default=None)


def _heaviest(masses: Mapping[str, float]) -> str:
    """Return the heaviest; of equally heavy ones the deeper path, then by name."""
    return max(masses, key=lambda name: (masses[name], name.count(" > "), name))
