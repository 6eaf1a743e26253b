"""Random histories of users and browsers, and a world in which they are folded for real."""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from tailorbird.flow.corridor import Corridor
from tailorbird.flow.rebuilding import rebuild, seed
from tailorbird.flow.splitting import Splitter
from tailorbird.identity.graph import Joining, Link, Node, Rule
from tailorbird.identity.resolve import DEFAULT_WINDOW_MS
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.profiler import Profiler
from tailorbird.spine.events import Event
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.state import SqliteState
from tests.makers import DAY, NOON_MS, an_event, an_item, an_order

T = TypeVar("T")
USERS = ("u1", "u2", "u3")
BROWSERS = ("b1", "b2", "b3", "b4")
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - hundreds of worlds
JOINED = (Rule.LOGIN, Rule.ALIAS)

# Eleven days apart, so that three steps are longer than the window; drawn in any order, so that
# many events come late.
_moments = st.integers(0, 12).map(lambda step: NOON_MS + step * 11 * DAY)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of a user, of a browser, or of a user on a browser; now and then an alias."""
    at = draw(_moments)
    user = draw(st.sampled_from((None, None, *USERS)))
    browser = draw(st.sampled_from((None, *BROWSERS))) if user else draw(st.sampled_from(BROWSERS))
    who: dict[str, Any] = {"at": at, "user_id": user, "anonymous_id": browser}
    kind = draw(st.sampled_from(("view", "view", "order", "identify", "alias")))
    if kind == "alias" and user is not None:
        previous = draw(st.sampled_from((*BROWSERS, *USERS)))
        return an_event("Aliased", kind="alias", previous_id=previous, **who)
    if kind == "identify":
        return an_event("Identified", kind="identify", traits={"n": draw(st.integers(0, 2))}, **who)
    price = draw(st.sampled_from((9.99, 20, 333.3)))
    number = draw(st.integers(0, 3))
    item = an_item(f"item-{number}", price=price, brand=("msr", "petzl")[number % 2])
    if kind == "order":
        return an_order(item, total=price, order_id=f"o{draw(st.integers(0, 3))}", **who)
    return an_event("Product Viewed", item, **who)


histories = st.lists(events(), min_size=1, max_size=25)


class World:
    """A log and the state that is folded from it."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self.log = SqliteEventLog(folder / "log.db")
        self.state = SqliteState(folder / "state.db")
        self.resolver = Resolver(self.state)
        self._corridor = Corridor(
            self.log,
            self.resolver,
            Profiler(self.state),
            self.state,
            Splitter(self.log, self.state, self.state),
        )
        self._runner.run(seed(self.log, self.state))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the world's own loop."""
        return self._runner.run(work)

    def fold(self, history: Sequence[Event], batches: Sequence[int] = ()) -> None:
        """Append and fold events, in batches that end at the given places."""
        ends = [*sorted({end for end in batches if 0 < end < len(history)}), len(history)]
        start = 0
        for end in ends:
            self._runner.run(self._fold(history[start:end]))
            start = end

    def split(self, browser: str, user: str) -> None:
        """Part a browser from a user by hand."""
        self.fold(
            [an_event("Person Split", kind="split", user_id=user, anonymous_id=browser, at=NOON_MS)]
        )

    def everything(self) -> list[tuple[str, str, object]]:
        """Return all links, nodes and profiles as they are on disk."""
        self._runner.run(self.state.flush())
        return list(self.state.everything())

    def nodes(self) -> dict[str, Node]:
        """Return all persons."""
        return {key: value for _, key, value in self.everything() if isinstance(value, Node)}

    def joins(self) -> list[tuple[str, str]]:
        """Return every join that was made and holds, as browser and user."""
        return [
            (join.anonymous.partition(":")[2], join.user.partition(":")[2])
            for node in self.nodes().values()
            for join in node.joinings
            if join.rule in JOINED
        ]

    def replayed(self) -> list[tuple[str, str, object]]:
        """Return what the whole log folds to in empty state."""
        with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
            state = SqliteState(Path(folder) / "state.db")
            self._runner.run(rebuild(_Ending(self.log), state, DEFAULT_WINDOW_MS))
            found = list(state.everything())
            state.close()
            return found

    def erase(self, user: str) -> tuple[str, ...]:
        """Erase a user from the state; return every identifier that was theirs alone."""
        found = self._runner.run(self.resolver.find(f"user:{user}"))
        keys = () if found is None else found[1].identifiers
        self._runner.run(self.state.erase(keys))
        return keys

    def close(self) -> None:
        """Close the files."""
        self.state.close()
        self.log.close()
        self._runner.close()

    async def _fold(self, part: Sequence[Event]) -> None:
        await self.log.append(part)
        await self._corridor.apply(await self.log.read(self.state.offset, len(part)))


class _Ending:
    """A live log as a past that ends where it ends now."""

    def __init__(self, log: SqliteEventLog) -> None:
        self._log = log
        self.of_subjects = log.of_subjects
        self.splits = log.splits

    async def follow(self, after: int) -> Any:
        """Yield all in batches of three."""
        while batch := await self._log.read(after, 3):
            yield batch
            after = batch[-1].offset


@contextmanager
def world() -> Iterator[World]:
    """Open an empty world in a folder that goes with it."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        opened = World(Path(folder))
        try:
            yield opened
        finally:
            opened.close()


def as_if_never_joined(history: Sequence[Event], browser: str, user: str) -> list[Event]:
    """Return a history in which one user was never seen on one browser."""
    return [_parted(event, browser, user) for event in history]


def _parted(event: Event, browser: str, user: str) -> Event:
    if event.user_id != user:
        return event
    if event.kind == "alias" and event.previous_id == browser:
        event = replace(event, previous_id=None)
    return replace(event, anonymous_id=None) if event.anonymous_id == browser else event


def but_for_the_split(stored: Sequence[tuple[str, str, object]]) -> list[tuple[str, str, object]]:
    """Return stored state without the marks of a split, and without places in the log."""
    found: list[tuple[str, str, object]] = []
    for table, key, value in stored:
        if isinstance(value, Link):
            if value.generation < 0:
                continue
            found.append((table, key, replace(value, blocked=())))
        elif isinstance(value, Node):
            found.append((table, key, replace(value, joinings=_plain(value.joinings))))
        else:
            found.append((table, key, value))
    return found


def _plain(joinings: Sequence[Joining]) -> tuple[Joining, ...]:
    return tuple(
        replace(join, id="", offset=0) for join in joinings if join.rule is not Rule.REFUSED_SPLIT
    )
