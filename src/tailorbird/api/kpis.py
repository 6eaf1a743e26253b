"""The door to key figures: by placement, trigger, offer or channel, summed beside the server."""

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.errands import Errands
from tailorbird.api.http import Answer, Call, Door
from tailorbird.compose import Install, Workspace
from tailorbird.configure.words import meant
from tailorbird.measure.kpis.figures import BadKpiQuestion
from tailorbird.measure.kpis.tables import DIMENSIONS
from tailorbird.spine.clock import Clock, parse_time_ms

FILTERS = tuple(name for name in DIMENSIONS if name != "shop")
_ASKED = ("by", "since", "until", *FILTERS)


class KpiDoors:
    """Doors for whoever looks after the shop's numbers."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._desk = KpiDesk(Errands(install.settings), install.clock)

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/v1/kpis"): self.show}

    async def show(self, call: Call) -> Answer:
        """Show key figures by a dimension: what each counts, of what, and how sure it is."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        return Answer(body=await self._desk.asked(visitor.shop, call.query()))


class KpiDesk:
    """Has key figures summed by a command of its own, so that no answer waits for them.

    Args:
        errands: runs the command.
        clock: says until when.
    """

    def __init__(self, errands: Errands, clock: Clock) -> None:
        self._errands = errands
        self._clock = clock

    async def asked(self, shop: Workspace, query: dict[str, str]) -> bytes:
        """Return the key figures that a query asks for, as JSON.

        Raises:
            BadKpiQuestion: it asks for what there is not; names the nearest word.
            MeasureMissing: the extra `measure` is not installed.
        """
        words = ["kpis", "--at-ms", str(self._clock())]
        for name, value in checked(query).items():
            words.append(f"--{name}={value}")
        await shop.journal.flush()
        await shop.state.flush()
        return await self._errands.measured(*words, of=shop.name)


def checked(query: dict[str, str]) -> dict[str, str]:
    """Return a query's fields, if key figures can be asked so.

    Raises:
        BadKpiQuestion: naming the field.
    """
    for name in query:
        if name not in _ASKED:
            raise BadKpiQuestion(f"There is no `{name[:60]}` here{meant(name, _ASKED)}")
    by = query.get("by", "placement")
    if by not in DIMENSIONS:
        raise BadKpiQuestion(f"There are no key figures by `{by[:60]}`{meant(by, DIMENSIONS)}")
    moments = {}
    for name in ("since", "until"):
        if name in query:
            try:
                moments[name] = parse_time_ms(query[name])
            except (ValueError, OverflowError) as cause:
                raise BadKpiQuestion(f"`{name}` is not a date, nor a date and a time.") from cause
    if len(moments) > 1 and moments["since"] >= moments["until"]:
        raise BadKpiQuestion("`since` must come before `until`.")
    return query
