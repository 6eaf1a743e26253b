"""The dashboard's doors: pages for people, at the root of the same server as the API."""

from tailorbird.api.http import Door
from tailorbird.compose import Install
from tailorbird.dashboard.assets import Assets
from tailorbird.dashboard.deciding import DecidePage
from tailorbird.dashboard.guard import Guard
from tailorbird.dashboard.live import Live
from tailorbird.dashboard.numbers import NumbersPage
from tailorbird.dashboard.overview import Overview
from tailorbird.dashboard.pages import Pages
from tailorbird.dashboard.people import PersonPage
from tailorbird.dashboard.vitals import VitalSigns


class DashboardDoors:
    """Doors that show; they change nothing but who is signed in."""

    def __init__(self, install: Install) -> None:
        self._assets = Assets()
        pages, signs = Pages(self._assets, install.clock), VitalSigns()
        self._guard = Guard(install, pages)
        self._overview = Overview(install, pages, signs)
        self._live = Live(install, pages, signs, self._guard)
        self._people = PersonPage(install, pages)
        self._decide = DecidePage(install, pages)
        self._numbers = NumbersPage(install, pages)

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/"): self._guard.page(self._overview.show),
            ("GET", "/people"): self._guard.page(self._people.find),
            ("GET", "/decide"): self._guard.page(self._decide.show),
            ("GET", "/numbers"): self._guard.page(self._numbers.show),
            ("GET", "/live"): self._live.listen,
            ("POST", "/sign-in"): self._guard.sign_in,
            ("POST", "/sign-out"): self._guard.sign_out,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/people/{person:path}", self._guard.page(self._people.show)),
            ("GET", "/static/{file}", self._assets.serve),
        ]
