"""The resolver: turns logged events into events of persons, and keeps the graph."""

from collections.abc import Sequence

from tailorbird.identity.graph import Link, Node, Resolved
from tailorbird.identity.ports import IdentityStore
from tailorbird.identity.resolve import DEFAULT_WINDOW_MS, Graph, resolve
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject, anonymous_key, user_key


class Resolver:
    """Resolves batches in the order of the log."""

    def __init__(self, store: IdentityStore, *, window_ms: int = DEFAULT_WINDOW_MS) -> None:
        self._store = store
        self._window_ms = window_ms

    async def resolve(self, batch: Sequence[LoggedEvent]) -> list[Resolved]:
        """Return whose each event is; what it changes in the graph is put into the store."""
        keys = list({key for logged in batch for key in keys_of(logged)})
        links = await self._store.links(keys)
        joining = {key for logged in batch for key in keys_of_joining(logged)}
        met = {link.person for key, link in links.items() if key in joining}
        nodes = await self._store.nodes(list(met)) if met else {}
        graph = Graph(links, nodes, window_ms=self._window_ms)
        resolved = [resolve(graph, logged) for logged in batch]
        await self._store.put(graph.links, graph.nodes)
        return resolved

    async def person(self, subject: Subject) -> PersonId | None:
        """Return who a subject is now, without changing anything; None for somebody unknown.

        The user counts before the browser. A browser that two users share says nothing.
        """
        keys = subject.identifiers()
        links = await self._store.links(keys)
        if keys and keys[0] in links:
            return links[keys[0]].person
        return None

    async def find(self, name: str) -> tuple[PersonId, Node] | None:
        """Return a person by id (`p_…`), `user:ID` or `anonymous:ID`; absorbed ones lead on."""
        person = PersonId(name)
        if ":" in name:
            links = await self._store.links([IdentifierKey(name)])
            if not links:
                return None
            person = links[IdentifierKey(name)].person
        for _ in range(10):  # a chain of absorptions is one long; ten is a guard against a ring
            node = (await self._store.nodes([person])).get(person)
            if node is None:
                return None
            if node.absorbed_by is None:
                return person, node
            person = node.absorbed_by
        return None

    async def everyone(self, keys: Sequence[IdentifierKey]) -> Sequence[IdentifierKey]:
        """Return all identifiers of the people behind some."""
        theirs = set(keys)
        for key in keys:
            found = await self.find(key)
            if found is not None:
                theirs.update(found[1].identifiers)
        return sorted(theirs)

    async def whole(self, subject: Subject) -> Subject:
        """Return a browser together with the known user that it belongs to."""
        if subject.user_id is not None or subject.anonymous_id is None:
            return subject
        found = await self.find(anonymous_key(subject.anonymous_id))
        if found is None or found[1].user_id is None:
            return subject
        return Subject(anonymous_id=subject.anonymous_id, user_id=found[1].user_id)

    async def link(self, key: IdentifierKey) -> Link | None:
        """Return whose an identifier is."""
        return (await self._store.links([key])).get(key)


def keys_of_joining(logged: LoggedEvent) -> list[IdentifierKey]:
    """Return an event's identifiers if it may join them: only then persons are looked at."""
    keys = keys_of(logged)
    return keys if len(keys) > 1 else []


def keys_of(logged: LoggedEvent) -> list[IdentifierKey]:
    """Return every identifier that an event's resolution may read or change."""
    event = logged.event
    keys = list(event.subject.identifiers())
    if event.kind == "alias" and event.previous_id is not None:
        keys.extend((anonymous_key(event.previous_id), user_key(event.previous_id)))
    return keys
