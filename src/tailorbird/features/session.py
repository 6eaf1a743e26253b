"""Features of a session: how the visit that is going on has gone so far."""

from collections.abc import Callable

from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.moment import Moment
from tailorbird.profile.touches import TouchKind
from tailorbird.spine.clock import MINUTE_MS

_VISIT = ("presence", "touches", "searches", "orders")
_INTENT = (*_VISIT, "tallies", "cart", "facets")
_KINDS = {"minutes": Kind.NUMBER, "share": Kind.NUMBER, "": Kind.TEXT, "yes or no": Kind.FLAG}


def _session(
    name: str, unit: str, says: str, reads: tuple[str, ...], of: Callable[[Moment], Value]
) -> Feature:
    kind = _KINDS.get(unit, Kind.INTEGER)
    return Feature(name, Entity.SESSION, kind, unit, says, reads, of)


def _minutes(moment: Moment) -> float:
    visit = moment.visit
    return 0.0 if visit is None else max(0, moment.now_ms - visit.started_ms) / MINUTE_MS


def _quiet(moment: Moment) -> float | None:
    visit = moment.visit
    return None if visit is None else max(0, moment.now_ms - visit.last_ms) / MINUTE_MS


def _acts(moment: Moment, *kinds: TouchKind) -> int:
    visit = moment.visit
    return 0 if visit is None else sum(touch.kind in kinds for touch in visit.touches)


def _items(moment: Moment) -> int:
    return 0 if moment.visit is None else len({touch.item for touch in moment.visit.touches})


def _repeats(moment: Moment) -> float | None:
    """Return which share of the touches went back to an item of this visit."""
    acts = 0 if moment.visit is None else len(moment.visit.touches)
    return 1.0 - _items(moment) / acts if acts else None


def _top(moment: Moment, kind: str) -> str | None:
    found = None if moment.visit is None else moment.leaning(kind, "short")
    return None if found is None else found.name


SESSION = (
    _session(
        "session_active",
        "yes or no",
        "Whether a visit is going on: something was done within half an hour.",
        _VISIT,
        lambda m: m.visit is not None,
    ),
    _session("session_minutes", "minutes", "How long the visit has lasted.", _VISIT, _minutes),
    _session("session_quiet_minutes", "minutes", "How long ago the last act was.", _VISIT, _quiet),
    _session(
        "session_views",
        "acts",
        "Products looked at or clicked during the visit.",
        _VISIT,
        lambda m: _acts(m, TouchKind.VIEW, TouchKind.CLICK),
    ),
    _session(
        "session_adds",
        "acts",
        "Products put into the cart during the visit.",
        _VISIT,
        lambda m: _acts(m, TouchKind.ADD),
    ),
    _session(
        "session_purchases",
        "acts",
        "Products bought during the visit.",
        _VISIT,
        lambda m: _acts(m, TouchKind.BUY),
    ),
    _session("session_items", "items", "Different items touched during the visit.", _VISIT, _items),
    _session(
        "session_repeat_share",
        "share",
        "Which share of the touches went back to an item of the visit.",
        _VISIT,
        _repeats,
    ),
    _session(
        "session_searches",
        "searches",
        "Searches during the visit.",
        _VISIT,
        lambda m: 0 if m.visit is None else len(m.visit.searches),
    ),
    _session(
        "session_stage",
        "",
        "How far along they are: arriving, browsing, researching, comparing, cart, checkout, "
        "just_bought.",
        _INTENT,
        lambda m: m.intent.stage.value,
    ),
    _session(
        "session_confidence",
        "share",
        "How much there is to go by on what they are after.",
        _INTENT,
        lambda m: m.intent.confidence,
    ),
    _session(
        "session_category",
        "",
        "The category of the top level that the visit leans to most.",
        (*_VISIT, "facets"),
        lambda m: _top(m, "category"),
    ),
    _session(
        "session_brand",
        "",
        "The brand that the visit leans to most.",
        (*_VISIT, "facets"),
        lambda m: _top(m, "brand"),
    ),
)
"""All features of a session; they are a person's, and die with the visit."""
