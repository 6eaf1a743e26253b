"""A workspace's files as readings want them: journal, log, and who is who."""

from tailorbird.beside import WorkspaceFiles
from tailorbird.consent.purposes import Purpose
from tailorbird.measure.own.happened import DecisionGist, EventGist, Source
from tailorbird.measure.own.people import People

FOREVER_MS = 2**62


def source_of(files: WorkspaceFiles, until_ms: int = FOREVER_MS) -> Source:
    """Return the files as rows are read from them; who refused analytics is left out.

    Args:
        files: of the workspace.
        until_ms: what came later does not count.
    """
    refuses = files.refusing(Purpose.ANALYTICS)
    known = ((person, node.identifiers, refuses(node)) for person, node in files.nodes())
    return Source(
        decisions=lambda: (one for one in files.decisions_as(DecisionGist) if one.at_ms < until_ms),
        events=lambda: (one for one in files.events_as(EventGist) if one.occurred_at_ms < until_ms),
        people=People(known),
        margins={str(item.id): item.margin_minor or 0 for item in files.items()},
    )
