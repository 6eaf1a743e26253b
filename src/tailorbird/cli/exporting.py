"""`tailorbird export`: what is stored as NDJSON on stdout, read beside a running server."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer

from tailorbird.beside import StoredPerson, WorkspaceFiles, files_of
from tailorbird.cli.exposures import exposures
from tailorbird.cli.options import Data, Shop, existing, moment
from tailorbird.collect.rendering import rendered
from tailorbird.consent.purposes import Purpose
from tailorbird.decide.telling import told
from tailorbird.profile.profile import EMPTY
from tailorbird.profile.view import view
from tailorbird.spine.clock import format_time, wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

_encode = msgspec.json.Encoder().encode


class Exported(StrEnum):
    """What can be exported."""

    EVENTS = "events"
    PEOPLE = "people"
    DECISIONS = "decisions"
    MESSAGES = "messages"
    EXPOSURES = "exposures"
    DEAD_LETTERS = "dead-letters"


class Wanted(msgspec.Struct, frozen=True):
    """What an export is of: since when, as of when, and what holds where nobody chose."""

    since_ms: int
    now_ms: int
    unasked: bool


What = Annotated[Exported, typer.Argument(help="What to write.", show_default=False)]
Since = Annotated[
    str | None, typer.Option(help="Only what happened since, such as 2026-01-31 (UTC).")
]


def export(
    what: What, data: Data = None, workspace: Shop = DEFAULT_WORKSPACE, since: Since = None
) -> None:
    """Write what is stored as NDJSON; contact data stays in the vault (see `person export`)."""
    settings = existing(data)
    wanted = Wanted(moment(since), wall_clock(), settings.consent == "opt-out")
    files = files_of(settings, WorkspaceId(workspace))
    try:
        for row in _ROWS[what](files, wanted):
            sys.stdout.buffer.write(_encode(row) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever reads has enough (`| head`); nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        files.close()


def _events(files: WorkspaceFiles, wanted: Wanted) -> Iterator[dict[str, Any]]:
    for logged in files.events():
        if logged.event.occurred_at_ms >= wanted.since_ms:
            yield rendered(logged)


def _people(files: WorkspaceFiles, wanted: Wanted) -> Iterator[dict[str, Any]]:
    for stored in files.people():
        last_ms = None if stored.profile is None else stored.profile.presence.last_ms
        if (last_ms or 0) >= wanted.since_ms:
            yield _person(stored, wanted)


def _person(stored: StoredPerson, wanted: Wanted) -> dict[str, Any]:
    """Return one customer view; of somebody who refused, no more than who it is."""
    consent = {purpose: stored.choices.get(purpose, wanted.unasked) for purpose in Purpose}
    identity = {
        "userId": stored.node.user_id,
        "identifiers": list(stored.node.identifiers),
        "known": stored.node.user_id is not None,
        "consent": {purpose.value: granted for purpose, granted in consent.items()},
    }
    allowed = consent[Purpose.PERSONALIZATION] and stored.profile is not None
    shown = view(stored.profile if allowed and stored.profile else EMPTY, wanted.now_ms, identity)
    return {"personId": stored.person, **msgspec.to_builtins(shown)}


def _decisions(files: WorkspaceFiles, wanted: Wanted) -> Iterator[dict[str, Any]]:
    return (told(record) for record in files.decisions(wanted.since_ms))


def _messages(_files: WorkspaceFiles, _wanted: Wanted) -> Iterator[dict[str, Any]]:
    return iter(())


def _exposures(files: WorkspaceFiles, wanted: Wanted) -> Iterator[dict[str, Any]]:
    return exposures(files.decisions(wanted.since_ms), files.events(), wanted.since_ms)


def _dead_letters(files: WorkspaceFiles, wanted: Wanted) -> Iterator[dict[str, Any]]:
    for letter in files.dead_letters():
        if letter.at_ms >= wanted.since_ms:
            shown: dict[str, Any] = msgspec.to_builtins(letter)
            yield {**shown, "at": format_time(letter.at_ms)}


_ROWS: Mapping[Exported, Callable[[WorkspaceFiles, Wanted], Iterator[dict[str, Any]]]] = {
    Exported.EVENTS: _events,
    Exported.PEOPLE: _people,
    Exported.DECISIONS: _decisions,
    Exported.MESSAGES: _messages,
    Exported.EXPOSURES: _exposures,
    Exported.DEAD_LETTERS: _dead_letters,
}
