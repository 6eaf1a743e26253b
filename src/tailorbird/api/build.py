"""Putting the doors together into one application."""

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from tailorbird.api.accounts import AccountDoors
from tailorbird.api.app import App
from tailorbird.api.bandits import BanditDoors
from tailorbird.api.client_settings import ClientSettingsDoors
from tailorbird.api.collecting import CollectingDoors
from tailorbird.api.configuring import ConfiguringDoors
from tailorbird.api.deciding import DecidingDoors
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.experiments import ExperimentDoors
from tailorbird.api.features import FeatureDoors
from tailorbird.api.http import Door
from tailorbird.api.items import ItemDoors
from tailorbird.api.kpis import KpiDoors
from tailorbird.api.links import LinkDoors
from tailorbird.api.models import ModelDoors
from tailorbird.api.ofrep import OfrepDoors
from tailorbird.api.operating import OperatingDoors
from tailorbird.api.people import PeopleDoors
from tailorbird.api.privacy import PrivacyDoors
from tailorbird.api.problems import problem
from tailorbird.api.quality import QualityDoors
from tailorbird.api.reference import ReferenceDoors
from tailorbird.api.rollouts import RolloutDoors
from tailorbird.api.ruling import RulingDoors
from tailorbird.api.segments import SegmentDoors
from tailorbird.compose import Install
from tailorbird.dashboard.doors import DashboardDoors
from tailorbird.spine.errors import TailorbirdError


class Fault(TailorbirdError):
    """The server failed; this is a fault of ours, not of the request."""


def build(install: Install) -> ASGIApp:
    """Return the application over an install."""
    keeper = Doorkeeper(install)
    exact: dict[tuple[str, str], Door] = {}
    patterned: list[tuple[str, str, Door]] = []
    exact |= CollectingDoors(keeper, install.clock).doors()
    exact |= DecidingDoors(keeper, install.settings).doors()
    exact |= QualityDoors(keeper, install).exact() | OperatingDoors(install).exact()
    for doors in (ItemDoors(keeper), PrivacyDoors(keeper, install), DashboardDoors(install)):
        exact |= doors.exact()
        patterned += doors.patterned()
    configuring = ConfiguringDoors(keeper, install.clock)
    exact |= configuring.exact() | RulingDoors(keeper, install.clock).exact()
    patterned += configuring.patterned()
    features = FeatureDoors(keeper, install)
    exact |= features.exact() | ModelDoors(keeper).exact() | BanditDoors(keeper).exact()
    patterned += features.patterned()
    segments = SegmentDoors(keeper, install)
    exact |= segments.exact()
    patterned += segments.patterned()
    flags, experiments = OfrepDoors(keeper, install.clock), ExperimentDoors(keeper, install)
    exact |= flags.exact() | experiments.exact()
    patterned += flags.patterned() + experiments.patterned()
    patterned += RolloutDoors(keeper, install).patterned()
    exact |= KpiDoors(keeper, install).exact()
    links = LinkDoors(keeper, install)
    exact |= links.exact()
    patterned += links.patterned()
    accounts = AccountDoors(keeper, install)
    exact |= accounts.exact()
    patterned += accounts.patterned()
    clients = ClientSettingsDoors(keeper, install)
    exact |= clients.exact()
    patterned += clients.patterned() + PeopleDoors(keeper, install).patterned()
    exact |= ReferenceDoors(exact, patterned).exact()
    return ServerErrorMiddleware(App(exact, patterned, install.settings.origins), handler=_fault)


async def _fault(_request: Request, _error: Exception) -> Response:
    """Answer in the form of all mistakes; the middleware raises the error to the server's log."""
    found = problem(Fault())
    return Response(found.body, status_code=500, media_type="application/problem+json")
