"""Undoing a join: the people involved are folded again from the log as if it never was."""

import asyncio
from collections.abc import Iterable, Sequence

from tailorbird.flow.ports import History
from tailorbird.identity.graph import Link, persons_of
from tailorbird.identity.ports import IdentityStore
from tailorbird.identity.resolve import DEFAULT_WINDOW_MS, Graph, resolve
from tailorbird.identity.resolver import keys_of
from tailorbird.profile.ports import ProfileFolds
from tailorbird.profile.profile import Profile
from tailorbird.profile.profiler import folded
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId, anonymous_key, person_from, user_key
from tailorbird.spine.turns import Turn

_A_TURN = 200  # events that are resolved or folded before others may go on: some milliseconds


class Splitter:
    """Carries out split events: the browser and the user are parted, back to the first event.

    Many may be involved, so the work is done in turns and answers are given meanwhile, from the
    state before it. Nothing else may be folded in that time: whoever changes derived state holds
    `alone`. What changes is put into the state at the end, at once.
    """

    def __init__(
        self,
        log: History,
        identities: IdentityStore,
        folds: ProfileFolds,
        *,
        window_ms: int = DEFAULT_WINDOW_MS,
    ) -> None:
        self._log = log
        self._identities = identities
        self._folds = folds
        self._window_ms = window_ms
        self.alone = asyncio.Lock()

    async def split(self, logged: LoggedEvent) -> None:
        """Part a browser from a user, and rebuild everybody whose identifiers are involved.

        The events of all involved identifiers are resolved and folded again with the two parted
        from the start, so both profiles become what they would have been.
        """
        event = logged.event
        browser, user = anonymous_key(event.anonymous_id or ""), user_key(event.user_id or "")
        keys = await self._involved({browser, user})
        links = await self._identities.links(keys)
        blocks = {key: link.blocked for key, link in links.items() if link.blocked}
        blocks[browser] = _and(blocks.get(browser, ()), event.user_id or "")
        await self._fold_anew(keys, blocks, logged.offset - 1)

    async def refold(self, met: set[IdentifierKey], up_to: int) -> None:
        """Rebuild whoever had met somebody erased, from what is left in the log.

        Args:
            met: identifiers of theirs.
            up_to: the last offset that the state reflects.
        """
        if not met:
            return
        keys = await self._involved(met)
        splits = [one for one in await self._log.splits() if one.offset <= up_to]
        blocks = {key: who for key, who in blocks_of(splits).items() if key in set(keys)}
        await self._fold_anew(keys, blocks, up_to)

    async def _fold_anew(
        self,
        keys: Sequence[IdentifierKey],
        blocks: dict[IdentifierKey, tuple[str, ...]],
        up_to: int,
    ) -> None:
        links = await self._identities.links(keys)
        before = {person for key, link in links.items() for person in persons_of(key, link)}
        history = [one for one in await self._log.of_subjects(keys) if one.offset <= up_to]
        graph = Graph(seeds(blocks), {}, window_ms=self._window_ms)
        profiles = await _folded_in_turns(graph, history)
        nobody = dict.fromkeys(before, None)
        await self._identities.put(
            {key: graph.link(key) for key in keys}, {**nobody, **graph.nodes}
        )
        await self._folds.save({**nobody, **profiles})

    async def _involved(self, parted: set[IdentifierKey]) -> Sequence[IdentifierKey]:
        """Return every identifier that shares an event with these, or with one that does.

        What becomes of a browser hangs on all users that were seen on it, and the other way round.
        """
        keys: set[IdentifierKey] = set()
        fresh = parted
        turn = Turn(_A_TURN * 5)
        while fresh:
            keys |= fresh
            met: set[IdentifierKey] = set()
            for logged in await self._log.of_subjects(sorted(fresh)):
                met.update(keys_of(logged))
                await turn.done()
            fresh = met - keys
        return sorted(keys)


async def _folded_in_turns(
    graph: Graph, history: Sequence[LoggedEvent]
) -> dict[PersonId, Profile | None]:
    """Return the profiles of a history; the graph takes in whose each event is."""
    profiles: dict[PersonId, Profile | None] = {}
    turn = Turn(_A_TURN)
    for start in range(0, len(history), _A_TURN):
        part = history[start : start + _A_TURN]
        resolved = [resolve(graph, one) for one in part if one.event.kind != "split"]
        await turn.done(len(part))
        profiles.update(folded(profiles, resolved))
        await turn.done(len(part))
    return profiles


def seeds(blocks: dict[IdentifierKey, tuple[str, ...]]) -> dict[IdentifierKey, Link]:
    """Return links that know only whom each browser is parted from.

    A seed's generation is -1, so the first event founds generation 0 as if nothing had been there.
    """
    return {
        key: Link(
            person=person_from(key), last_seen_ms=-(2**62), generation=-1, blocked=tuple(blocked)
        )
        for key, blocked in blocks.items()
    }


def blocks_of(splits: Iterable[LoggedEvent]) -> dict[IdentifierKey, tuple[str, ...]]:
    """Return whom each browser was parted from, by the split events of a log."""
    blocks: dict[IdentifierKey, tuple[str, ...]] = {}
    for logged in splits:
        key = anonymous_key(logged.event.anonymous_id or "")
        blocks[key] = _and(blocks.get(key, ()), logged.event.user_id or "")
    return blocks


def _and(blocked: tuple[str, ...], user_id: str) -> tuple[str, ...]:
    """Add a user to those that a browser is parted from: sorted, so that any order is the same."""
    return tuple(sorted({*blocked, user_id}))
