"""The rules of identity, as a fold over the log: each event resolves to one person.

| the event carries | the browser is | then |
| --- | --- | --- |
| a user only | not named | the user's person, founded when new |
| a browser only | unknown | a new anonymous person |
| | known, seen within the window | its person |
| | known, not seen for longer | a new anonymous person: the old one is not stitched |
| both | unknown | linked to the user |
| | an anonymous person's | that person is absorbed by the user's (login) |
| | another known user's | shared: nobody's from now on; the event is the user's |
| | parted from this user by a split | the event is the user's, the browser stays apart |

Two known users are never joined, whatever they share.
"""

from collections.abc import Mapping

import msgspec

from tailorbird.identity.graph import (
    MOST_ANONYMOUS_IDS,
    MOST_JOININGS,
    Joining,
    Link,
    Node,
    Resolved,
    Rule,
)
from tailorbird.spine.clock import DAY_MS, HOUR_MS
from tailorbird.spine.events import OWN_SOURCE, Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId, anonymous_key, person_from, user_key

DEFAULT_WINDOW_MS = 30 * DAY_MS
"""How long a returning anonymous browser is taken for the same person."""

replace = msgspec.structs.replace


class Graph:
    """A working copy of the part of the graph that a batch touches.

    Reads fall through to what was loaded; writes stay here until the caller stores `links` and
    `nodes`. Not shared between tasks.
    """

    def __init__(
        self,
        links: Mapping[IdentifierKey, Link],
        nodes: Mapping[PersonId, Node],
        *,
        window_ms: int = DEFAULT_WINDOW_MS,
    ) -> None:
        self._loaded_links = links
        self._loaded_nodes = nodes
        self.window_ms = window_ms
        self.links: dict[IdentifierKey, Link] = {}
        self.nodes: dict[PersonId, Node] = {}

    def link(self, key: IdentifierKey) -> Link | None:
        """Return whose an identifier is, as of now."""
        return self.links.get(key) or self._loaded_links.get(key)

    def node(self, person: PersonId) -> Node:
        """Return a person's node; an empty one for a person not met before."""
        return self.nodes.get(person) or self._loaded_nodes.get(person) or Node()

    def found(self, key: IdentifierKey, at_ms: int, previous: Link | None) -> PersonId:
        """Make a new person out of an identifier."""
        generation = 0 if previous is None else previous.generation + 1
        person = person_from(key, generation)
        kind, _, value = key.partition(":")
        self.links[key] = Link(
            person=person,
            last_seen_ms=at_ms,
            generation=generation,
            shared=previous is not None and previous.shared,
            blocked=() if previous is None else previous.blocked,
        )
        self.nodes[person] = Node(identifiers=(key,), user_id=value if kind == "user" else None)
        return person

    def touch(self, key: IdentifierKey, link: Link, at_ms: int) -> None:
        """Note that an identifier was seen, to the hour: the stitching window counts days."""
        if at_ms > link.last_seen_ms + HOUR_MS:
            self.links[key] = replace(link, last_seen_ms=at_ms)

    def note(self, person: PersonId, joining: Joining) -> None:
        """Put evidence on a person; the same refusal is noted once."""
        node = self.node(person)
        if any(
            known.rule == joining.rule and known.anonymous == joining.anonymous
            for known in node.joinings
            if known.rule not in {Rule.LOGIN, Rule.ALIAS}
        ):
            return
        self.nodes[person] = replace(node, joinings=(*node.joinings, joining)[-MOST_JOININGS:])


def resolve(graph: Graph, logged: LoggedEvent) -> Resolved:
    """Return whose event this is, changing the graph as the rules say."""
    event = logged.event
    if event.kind == "split":
        return Resolved(person=_user(graph, event), logged=logged)
    if event.user_id is None:
        return Resolved(person=_browser(graph, event), logged=logged)
    person = _user(graph, event)
    absorbed = None
    browser = event.previous_id if event.kind == "alias" else event.anonymous_id
    if browser is not None and browser != event.user_id:
        rule = Rule.ALIAS if event.kind == "alias" else Rule.LOGIN
        absorbed = _join(graph, person, anonymous_key(browser), logged, rule)
    return Resolved(person=person, logged=logged, absorbed=absorbed)


def _user(graph: Graph, event: Event) -> PersonId:
    key = user_key(event.user_id or "")
    link = graph.link(key)
    if link is None:
        return graph.found(key, event.occurred_at_ms, None)
    graph.touch(key, link, event.occurred_at_ms)
    return link.person


def _browser(graph: Graph, event: Event) -> PersonId:
    key = anonymous_key(event.anonymous_id or "")
    link = graph.link(key)
    if link is None:
        return graph.found(key, event.occurred_at_ms, None)
    if event.source.startswith(OWN_SOURCE):
        # What the engine says of somebody is no visit: it starts nobody and stretches no window.
        return link.person
    if event.occurred_at_ms - link.last_seen_ms > graph.window_ms:
        return graph.found(key, event.occurred_at_ms, link)
    graph.touch(key, link, event.occurred_at_ms)
    return link.person


def _join(
    graph: Graph, person: PersonId, key: IdentifierKey, logged: LoggedEvent, rule: Rule
) -> PersonId | None:
    """Join a browser to a known user; return the anonymous person absorbed, if there was one."""
    event = logged.event
    link = graph.link(key)
    if link is not None and link.person == person:
        graph.touch(key, link, event.occurred_at_ms)
        return None
    refusal = _refusal(graph, person, link, event.user_id or "")
    if refusal is not None:
        if refusal is Rule.REFUSED_TWO_USERS and link is not None and not link.shared:
            _set_apart(graph, key, link, event.occurred_at_ms)
        graph.note(person, _joining(key, logged, refusal, None))
        return None
    fresh = link is not None and event.occurred_at_ms - link.last_seen_ms <= graph.window_ms
    absorbed = link.person if link is not None and fresh else None
    _attach(graph, person, key, event.occurred_at_ms)
    if absorbed is not None:
        graph.nodes[absorbed] = Node(absorbed_by=person)
    graph.note(person, _joining(key, logged, rule, absorbed))
    return absorbed


def _refusal(graph: Graph, person: PersonId, link: Link | None, user_id: str) -> Rule | None:
    if link is not None:
        if user_id in link.blocked:
            return Rule.REFUSED_SPLIT
        if link.shared or graph.node(link.person).user_id is not None:
            return Rule.REFUSED_TWO_USERS
    if len(graph.node(person).identifiers) > MOST_ANONYMOUS_IDS:
        return Rule.REFUSED_LIMIT
    return None


def _set_apart(graph: Graph, key: IdentifierKey, link: Link, at_ms: int) -> None:
    """Take a browser from the user who had it: two users share it, so it is nobody's."""
    owner = graph.node(link.person)
    graph.nodes[link.person] = replace(
        owner, identifiers=tuple(other for other in owner.identifiers if other != key)
    )
    graph.found(key, at_ms, replace(link, shared=True))


def _attach(graph: Graph, person: PersonId, key: IdentifierKey, at_ms: int) -> None:
    link = graph.link(key)
    node = graph.node(person)
    graph.links[key] = Link(
        person=person,
        last_seen_ms=max(at_ms, link.last_seen_ms if link is not None else 0),
        generation=max(link.generation, 0) if link is not None else 0,
        blocked=link.blocked if link is not None else (),
    )
    graph.nodes[person] = replace(node, identifiers=(*node.identifiers, key))


def _joining(
    key: IdentifierKey, logged: LoggedEvent, rule: Rule, absorbed: PersonId | None
) -> Joining:
    event = logged.event
    return Joining(
        id=f"j_{logged.offset}",
        at_ms=event.occurred_at_ms,
        rule=rule,
        user=user_key(event.user_id or ""),
        anonymous=key,
        message_id=event.message_id,
        offset=logged.offset,
        absorbed=absorbed,
    )
