"""What links rest on changes nothing that is folded: neither who somebody is, nor their profile."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.identity.resolve import Graph, resolve
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, pack
from tailorbird.spine.events import Event, LoggedEvent, Trace
from tests.unit.profile.strategies import histories

digests = st.none() | st.sampled_from(("n1", "n2", "n3"))
traces = st.builds(
    Trace,
    digests,
    st.none() | st.sampled_from(("mobile ios safari", "desktop macos safari")),
    digests,
)


@given(histories, st.data())
@settings(max_examples=40, deadline=None)
def test_a_link_changes_nothing_that_is_folded(history: list[Event], data: st.DataObject) -> None:
    traced = [_traced(event, data.draw(traces)) for event in history]
    assert pack(fold_many(EMPTY, traced)) == pack(fold_many(EMPTY, history))
    assert _resolved(traced) == _resolved(history)


def _traced(event: Event, trace: Trace) -> Event:
    context = msgspec.structs.replace(event.context, trace=trace)
    return msgspec.structs.replace(event, context=context)


def _resolved(history: list[Event]) -> tuple[list[str], object, object]:
    graph = Graph({}, {})
    logged = [LoggedEvent(offset, event) for offset, event in enumerate(history, start=1)]
    return [resolve(graph, one).person for one in logged], graph.links, graph.nodes
