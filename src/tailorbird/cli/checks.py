"""What `tailorbird doctor` looks at: each check says what it saw, and what to do if that is bad."""

import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from tailorbird.beside import (
    WorkspaceFacts,
    address_of,
    facts_of,
    held,
    letters_since,
    model_store,
    people_model_store,
    secret_file,
    workspaces_of,
)
from tailorbird.predict.hybrid.watch import WATCH as ORDERS
from tailorbird.predict.people_watch import people_watched_from
from tailorbird.predict.registry.drift import Drift
from tailorbird.predict.registry.watched import watched_from
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, parse_time_ms
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.ids import WorkspaceId

_RIGHTS = "Give the user who runs Tailorbird the right to write there."
_DISK = "Free some: as much as the data folder has, and at least 1 GB."
_LEAST_FREE = 1_000_000_000
_OWNER_ONLY = 0o600
_OTHERS = 0o077
_SECRET_BYTES = 32
_MODEL_OLD_MS = 2 * DAY_MS
_MUCH_REFUSED = 0.05


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """What one check saw."""

    check: str
    verdict: Verdict
    saw: str
    todo: str = ""


def machine(settings: Settings) -> Iterator[Finding]:
    """Look at the machine: Python, the folder, the disk, the port."""
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield _finding("python", version, good, "Install Python 3.11 or later.")
    root = Path(settings.data)
    writable = os.access(root, os.W_OK) if root.exists() else os.access(root.parent, os.W_OK)
    yield _finding("folder", f"{root} is {'' if writable else 'not '}writable", writable, _RIGHTS)
    free = shutil.disk_usage(root if root.exists() else root.parent).free
    needed = max(_LEAST_FREE, _size(root))
    yield _finding("disk", f"{free / 1e9:,.1f} GB free", free > needed, _DISK, Verdict.DOUBTFUL)


def rights(settings: Settings) -> Iterator[Finding]:
    """Look at who may read the folder; the secret is looked at by itself."""
    root = Path(settings.data)
    if not root.exists():
        return
    others = [one for one in (root, *root.rglob("*")) if _open_to_others(one)]
    others = [one for one in others if one != secret_file(settings)]
    saw = f"open to others: {others[0]} ({len(others)} in all)" if others else "its owner's only"
    yield _finding("rights", saw, not others, f"chmod -R go= {root}")


def serving(settings: Settings) -> Iterator[Finding]:
    """Look at who has the folder, and whether the port is free for a server."""
    in_use = held(settings)
    address = address_of(settings) if in_use else None
    saw = f"a server has it: {address}" if address else "a command has it"
    yield Finding("lock", Verdict.GOOD, saw if in_use else "free")
    if address is not None and address.endswith(f":{settings.port}"):
        yield Finding("port", Verdict.GOOD, f"{settings.port} is this folder's server's")
        return
    free = _port_free(settings)
    saw = f"{settings.port} is {'free' if free else 'taken'}"
    todo = "Serve on another with --port, or stop what listens there."
    yield _finding("port", saw, free, todo, Verdict.DOUBTFUL)


def secrets(settings: Settings) -> Iterator[Finding]:
    """Look at the file under which everything personal is sealed."""
    path = secret_file(settings)
    if not path.exists():
        todo = "Put the original there; a new one cannot open what the old one sealed."
        yield _finding("secret.key", "missing", not workspaces_of(settings), todo)
        return
    facts = path.stat()
    mode = stat.S_IMODE(facts.st_mode)
    yield _finding("secret.key", f"rights {mode:o}", mode == _OWNER_ONLY, f"chmod 600 {path}")
    whole = facts.st_size == _SECRET_BYTES
    todo = "Restore it from where you keep it apart."
    yield _finding("secret.key", f"{facts.st_size} bytes", whole, todo)


def workspace(settings: Settings, name: WorkspaceId, now_ms: int) -> Iterator[Finding]:
    """Look at one shop: state and log in step, refused events, the age of the models."""
    try:
        facts = facts_of(settings, name)
    except TailorbirdError as error:
        yield Finding(f"{name}: files", Verdict.BAD, error.detail, error.remedy)
        return
    yield _in_step(facts)
    refused = letters_since(settings, name, now_ms - DAY_MS)
    much = refused > _MUCH_REFUSED * max(facts.events, 1)
    saw = f"{facts.dead_letters:,} in all, {refused:,} in the last day"
    todo = "See why with `tailorbird dead-letters list`, mend the sender, then replay them."
    yield _finding(f"{name}: dead letters", saw, not much, todo, Verdict.DOUBTFUL)
    yield from _models(settings, facts, now_ms)
    yield from _people_models(settings, facts)


def _in_step(facts: WorkspaceFacts) -> Finding:
    behind = facts.logged - facts.folded
    saw = f"log {facts.logged:,}, state {facts.folded:,}"
    if behind <= 0:
        return Finding(f"{facts.name}: state", Verdict.GOOD, saw)
    todo = "A server catches up by itself, or does so at its next start; if not: replay --check."
    return Finding(f"{facts.name}: state", Verdict.DOUBTFUL, f"{saw}: {behind:,} behind", todo)


def _models(settings: Settings, facts: WorkspaceFacts, now_ms: int) -> Iterator[Finding]:
    """Look at the version that is to serve: can it be read, is it old, has the world moved."""
    check = f"{facts.name}: models"
    store = model_store(settings, WorkspaceId(facts.name))
    serves = store.current()
    if serves is None:
        verdict = Verdict.DOUBTFUL if facts.events else Verdict.GOOD
        yield Finding(check, verdict, "none trained", "Run `tailorbird train`.")
        return
    fault = store.fault()
    if fault is not None:
        todo = "The last good version serves. Run `tailorbird train`, or `models rollback`."
        yield Finding(check, Verdict.BAD, fault, todo)
        return
    card = next(one for one in store.cards() if one.name.replace("@", "-") == serves)
    behind = max(0, facts.logged - card.trained_offset)
    saw = f"{card.name}, {behind:,} events since"
    good = now_ms - _trained_ms(card.name) <= _MODEL_OLD_MS or not behind
    yield _finding(check, saw, good, "Run `tailorbird train`.", Verdict.DOUBTFUL)
    unlike = card.facts.get("embedding_reason")
    if unlike is not None:
        todo = "Look at the setting `embedding`, then run `tailorbird train`."
        saw = f"{card.facts.get('embedding')}: {unlike}"
        yield Finding(f"{facts.name}: embedding", Verdict.DOUBTFUL, saw, todo)
    seen = watched_from(store.read_watch())
    ordered = watched_from(store.noted(ORDERS))
    moved = [one for watched in (seen, ordered) if watched is not None for one in watched.drift]
    yield from _drift(f"{facts.name}: drift", moved)


def _people_models(settings: Settings, facts: WorkspaceFacts) -> Iterator[Finding]:
    """Look at the models of people: can the version be read that is to serve, has the world moved.

    That there are none is no fault: they need orders, and many.
    """
    store = people_model_store(settings, WorkspaceId(facts.name))
    serves, fault = store.current(), store.fault()
    if fault is not None:
        todo = "The last good version serves. Run `train people`, or `models rollback people`."
        yield Finding(f"{facts.name}: people models", Verdict.BAD, fault, todo)
    elif serves is not None:
        yield Finding(f"{facts.name}: people models", Verdict.GOOD, f"{serves} serves")
    seen = people_watched_from(store.read_watch())
    if seen is not None:
        yield from _drift(f"{facts.name}: drift of people", seen.drift)


def _drift(check: str, drift: Sequence[Drift]) -> Iterator[Finding]:
    if not drift:
        return
    moved = ", ".join(f"{one.name} (PSI {one.psi:.2f})" for one in drift if one.alarm)
    saw = moved or f"none of {len(drift)} values has moved"
    todo = "People or goods have changed since training. Run `tailorbird train`."
    yield _finding(check, saw, not moved, todo, Verdict.DOUBTFUL)


def _trained_ms(name: str) -> int:
    """Return when a version such as `blend@2026-11-20T02-30-00` was trained."""
    day, _, time = name.partition("@")[2].partition("T")
    return parse_time_ms(f"{day}T{time.replace('-', ':')}")


def _finding(
    check: str,
    saw: str,
    good: bool,  # noqa: FBT001 - a fact, not a switch
    todo: str,
    otherwise: Verdict = Verdict.BAD,
) -> Finding:
    return Finding(check, Verdict.GOOD, saw) if good else Finding(check, otherwise, saw, todo)


def _size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def _open_to_others(path: Path) -> bool:
    """Return whether others have rights; a file that is gone by now is open to nobody."""
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
    except FileNotFoundError:
        return False


def _port_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True
