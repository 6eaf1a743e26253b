"""The table of doors: what each takes, answers and needs; what it does is said at the door."""

from typing import Any, Literal

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.accounts.telling import AccountShown, AccountsShown
from tailorbird.api import configuring, ruling, shapes
from tailorbird.api.bandits import BanditsShown
from tailorbird.api.experiments import ExperimentsShown
from tailorbird.api.features import FeatureList, FeatureValues
from tailorbird.api.kpis import FILTERS
from tailorbird.api.models import ModelsShown
from tailorbird.api.ofrep import FlagFault, FlagsAsked, FlagsShown
from tailorbird.api.people import SplitRequest
from tailorbird.api.privacy import ConsentRequest
from tailorbird.api.quality import BadRows
from tailorbird.api.rollouts import RolloutShown
from tailorbird.api.segments import Merging, Renaming
from tailorbird.catalog.catalog import CatalogOutcome
from tailorbird.catalog.items import WireItem
from tailorbird.collect.collector import Outcome
from tailorbird.collect.wire import WireEvent
from tailorbird.decide.actions.wire import NextActionAnswer, NextActionRequest
from tailorbird.decide.wire import DecideRequest, RankRequest
from tailorbird.experiments.evaluating import Evaluation
from tailorbird.experiments.staging import Edit
from tailorbird.links.telling import LinksShown
from tailorbird.measure.following import Move
from tailorbird.measure.kpis.figures import KpisShown
from tailorbird.measure.powering import Plan, Wish
from tailorbird.privacy.requests import PrivacyRequest, Receipt
from tailorbird.segments.telling import MembersShown, SegmentsShown

Kind = Literal["text", "number"]

JSON, NDJSON = "application/json", "application/x-ndjson"
HTML, TEXT, GIF = "text/html", "text/plain", "image/gif"


class Described(msgspec.Struct, frozen=True):
    """What is said of a door beyond its docstring.

    Attributes:
        room: under which heading it stands.
        scope: what the key must be allowed; None where no key is asked for.
        takes: the type of the body; None where there is none.
        gives: the type of the answer; None where it is no JSON.
        query: names and kinds of what the query may say.
        media: of the body and of the answer.
        status: of the answer when all is well.
        mistakes: other statuses that it answers with, beyond those that follow from the above.
        fault: the type of the answer to a mistake where a protocol has one of its own.
    """

    room: str
    scope: Scope | None = None
    takes: Any = None
    gives: Any = None
    query: tuple[tuple[str, Kind], ...] = ()
    media: tuple[str, str] = (JSON, JSON)
    status: int = 200
    mistakes: tuple[int, ...] = ()
    fault: Any = None


_EVENTS, _DECIDE, _ITEMS = "Events", "Decisions", "Items"
_PEOPLE, _PRIVACY, _QUALITY = "People", "Consent and privacy", "Data quality"
_CONFIG, _TRY = "Configuration", "Experiments and flags"
_FIGURES = "Key figures"
_RUN, _CLIENTS = "Operation", "What client libraries ask for"

_event = Described(_EVENTS, Scope.COLLECT, WireEvent, Outcome, mistakes=(503,))
_batch = Described(_EVENTS, Scope.COLLECT, shapes.EventBatch, Outcome, mistakes=(503,))
_pixel = Described(_CLIENTS, Scope.COLLECT, media=(JSON, GIF), mistakes=(503,))
_setup = Described(_CLIENTS, Scope.COLLECT, gives=dict[str, Any])


def _of_person(gives: Any, **more: Any) -> Described:  # noqa: ANN401 - types are values here
    return Described(_PEOPLE, Scope.PEOPLE, gives=gives, mistakes=(404,), **more)


def _item(**more: Any) -> Described:  # noqa: ANN401
    return Described(_ITEMS, Scope.ITEMS, mistakes=(404,), **more)


def _config(**more: Any) -> Described:  # noqa: ANN401
    return Described(_CONFIG, Scope.ADMIN, **more)


def _segment(**more: Any) -> Described:  # noqa: ANN401
    return Described(_PEOPLE, Scope.ADMIN, mistakes=(404, 409), **more)


_LIMIT: tuple[tuple[str, Kind], ...] = (("limit", "number"),)
_WHOSE: tuple[tuple[str, Kind], ...] = (
    ("anonymousId", "text"),
    ("userId", "text"),
    ("userToken", "text"),
)

ROUTES: dict[tuple[str, str], Described] = {
    **{
        ("POST", f"/v1/{name}"): _event
        for name in ("track", "identify", "page", "screen", "group", "alias", *"tipsga")
    },
    ("POST", "/v1/batch"): _batch,
    ("POST", "/v1/b"): _batch,
    ("POST", "/beacon/v1/batch"): _batch,
    ("POST", "/v1/import"): Described(
        _EVENTS,
        Scope.IMPORT,
        WireEvent,
        Outcome,
        query=(("source", "text"),),
        media=(NDJSON, JSON),
        mistakes=(503,),
    ),
    ("POST", "/v1/m"): Described(_CLIENTS, takes=dict[str, Any], gives=shapes.Done),
    ("POST", "/v1/decide"): Described(
        _DECIDE, Scope.DECIDE, DecideRequest, shapes.Decisions, mistakes=(404,)
    ),
    ("POST", "/v1/rank"): Described(
        _DECIDE, Scope.DECIDE, RankRequest, shapes.Decisions, mistakes=(404,)
    ),
    ("POST", "/v1/next-action"): Described(
        _DECIDE, Scope.DECIDE, NextActionRequest, NextActionAnswer, mistakes=(404,)
    ),
    ("PUT", "/v1/items"): Described(
        _ITEMS, Scope.ITEMS, list[WireItem], CatalogOutcome, mistakes=(503,)
    ),
    ("GET", "/v1/items/{item}"): _item(gives=shapes.ItemShown),
    ("PATCH", "/v1/items/{item}"): _item(takes=dict[str, Any], gives=shapes.ItemShown),
    ("DELETE", "/v1/items/{item}"): _item(gives=shapes.Done),
    ("GET", "/v1/people/{person}"): _of_person(shapes.PersonShown),
    ("GET", "/v1/people/{person}/events"): _of_person(shapes.EventsShown, query=_LIMIT),
    ("GET", "/v1/people/{person}/identities"): _of_person(shapes.IdentitiesShown),
    ("GET", "/v1/people/{person}/decisions"): _of_person(shapes.DecisionsShown, query=_LIMIT),
    ("GET", "/v1/people/{person}/messages"): _of_person(shapes.MessagesShown),
    ("GET", "/v1/features"): Described(_PEOPLE, Scope.PEOPLE, gives=FeatureList),
    ("GET", "/v1/people/{person}/features"): _of_person(FeatureValues, query=(("item", "text"),)),
    ("POST", "/v1/people/{person}/split"): _of_person(shapes.Parted, takes=SplitRequest),
    ("GET", "/v1/accounts"): Described(
        _PEOPLE,
        Scope.PEOPLE,
        gives=AccountsShown,
        query=(("after", "text"), ("limit", "number")),
    ),
    ("GET", "/v1/accounts/{account}"): _of_person(AccountShown),
    ("GET", "/v1/segments"): Described(_PEOPLE, Scope.PEOPLE, gives=SegmentsShown),
    ("POST", "/v1/segments/refresh"): _segment(gives=SegmentsShown),
    ("GET", "/v1/segments/{segment}/people"): _of_person(
        MembersShown, query=(*_LIMIT, ("after", "text"))
    ),
    ("PATCH", "/v1/segments/{segment}"): _segment(takes=Renaming, gives=SegmentsShown),
    ("POST", "/v1/segments/{segment}/merge"): _segment(takes=Merging, gives=SegmentsShown),
    ("PUT", "/v1/segments/{segment}/people/{person}"): _segment(gives=shapes.Done),
    ("DELETE", "/v1/segments/{segment}/people/{person}"): _segment(gives=shapes.Done),
    ("GET", "/v1/links"): Described(_PEOPLE, Scope.PEOPLE, gives=LinksShown),
    ("POST", "/v1/links/refresh"): _segment(gives=LinksShown),
    ("DELETE", "/v1/links"): _segment(gives=LinksShown),
    ("GET", "/v1/people/{person}/links"): _of_person(LinksShown),
    ("DELETE", "/v1/people/{person}/links/{other}"): _segment(gives=LinksShown),
    ("GET", "/v1/config"): _config(gives=configuring.ConfigurationShown),
    ("PUT", "/v1/config"): _config(takes=configuring.Files, gives=configuring.AppliedShown),
    ("POST", "/v1/config"): _config(takes=configuring.Files, gives=configuring.AppliedShown),
    ("GET", "/v1/config/versions"): _config(gives=configuring.VersionsShown),
    ("GET", "/v1/config/versions/{version}"): _config(
        gives=configuring.ConfigurationShown, mistakes=(404,)
    ),
    ("POST", "/v1/config/rollback"): _config(
        takes=configuring.Back, gives=configuring.AppliedShown, mistakes=(404, 409)
    ),
    ("POST", "/v1/config/preview"): _config(
        takes=configuring.PreviewAsked, gives=shapes.Decisions, mistakes=(404,)
    ),
    ("GET", "/v1/rules"): _config(gives=ruling.RulesShown),
    ("GET", "/v1/rules/names"): _config(gives=ruling.NamesShown),
    ("POST", "/v1/rules/rehearse"): _config(
        takes=ruling.RehearsalAsked, gives=ruling.RehearsalShown
    ),
    ("GET", "/v1/rules/report"): _config(gives=ruling.RulesReported, query=(("days", "number"),)),
    ("GET", "/v1/consent"): Described(
        _PRIVACY, Scope.DECIDE, gives=shapes.ConsentShown, query=_WHOSE
    ),
    ("PUT", "/v1/consent"): Described(
        _PRIVACY, Scope.DECIDE, ConsentRequest, shapes.ConsentShown, mistakes=(503,)
    ),
    ("POST", "/v1/privacy/requests"): Described(
        _PRIVACY, Scope.PRIVACY, PrivacyRequest, Receipt, status=201, mistakes=(503,)
    ),
    ("GET", "/v1/privacy/requests/{request}"): Described(
        _PRIVACY, Scope.PRIVACY, gives=Receipt, mistakes=(404,)
    ),
    ("GET", "/v1/dead-letters"): Described(
        _QUALITY, Scope.ADMIN, gives=shapes.LettersShown, query=(("after", "number"),)
    ),
    ("POST", "/v1/dead-letters"): Described(
        _QUALITY, Scope.IMPORT, BadRows, shapes.Done, mistakes=(503,)
    ),
    ("POST", "/v1/dead-letters/replay"): Described(
        _QUALITY, Scope.ADMIN, shapes.Replay, shapes.ReplayShown, mistakes=(503,)
    ),
    ("GET", "/v1/experiments"): Described(_TRY, Scope.ADMIN, gives=ExperimentsShown),
    ("GET", "/v1/experiments/{name}/reading"): Described(
        _TRY, Scope.ADMIN, gives=dict[str, Any], mistakes=(404, 501)
    ),
    ("GET", "/v1/kpis"): Described(
        _FIGURES,
        Scope.ADMIN,
        gives=KpisShown,
        query=tuple((name, "text") for name in ("by", "since", "until", *FILTERS)),
        mistakes=(501,),
    ),
    ("GET", "/v1/experiments/{name}/rollout"): Described(
        _TRY, Scope.ADMIN, gives=RolloutShown, mistakes=(404,)
    ),
    ("PATCH", "/v1/experiments/{name}/rollout"): Described(
        _TRY, Scope.ADMIN, Edit, RolloutShown, mistakes=(404,)
    ),
    ("POST", "/v1/experiments/{name}/rollout/rehearse"): Described(
        _TRY, Scope.ADMIN, gives=Move, mistakes=(404, 501)
    ),
    ("POST", "/v1/experiments/plan"): Described(_TRY, Scope.ADMIN, Wish, Plan),
    ("POST", "/ofrep/v1/evaluate/flags"): Described(
        _TRY, Scope.DECIDE, FlagsAsked, FlagsShown, fault=FlagFault
    ),
    ("POST", "/ofrep/v1/evaluate/flags/{key}"): Described(
        _TRY, Scope.DECIDE, FlagsAsked, Evaluation, mistakes=(404,), fault=FlagFault
    ),
    ("GET", "/v1/models"): Described(_DECIDE, Scope.ADMIN, gives=ModelsShown),
    ("GET", "/v1/bandits"): Described(_DECIDE, Scope.ADMIN, gives=BanditsShown),
    ("GET", "/v1/quality"): Described(_QUALITY, Scope.ADMIN, gives=shapes.QualityShown),
    ("GET", "/v1/projects/{key}/settings"): _setup,
    ("GET", "/sourceConfig"): _setup,
    ("GET", "/sourceConfig/"): _setup,
    ("GET", "/pixel/v1/track"): _pixel,
    ("GET", "/pixel/v1/page"): _pixel,
    ("GET", "/healthz"): Described(_RUN, gives=shapes.Health),
    ("GET", "/readyz"): Described(_RUN, gives=shapes.Readiness),
    ("GET", "/metrics"): Described(_RUN, media=(JSON, TEXT)),
    ("GET", "/openapi.json"): Described(_RUN, gives=dict[str, Any]),
    ("GET", "/docs"): Described(_RUN, media=(JSON, HTML)),
}
