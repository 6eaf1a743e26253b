"""Every backend in its turn: a law takes `backend`, and is true of each."""

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tailorbird.access.ports import KeyRing
from tailorbird.catalog.ports import ItemStore
from tailorbird.collect.ports import DeadLetters, EventLog, Tally, Vault
from tailorbird.consent.ports import ConsentLedger
from tailorbird.decide.ports import Journal
from tailorbird.flow.ports import DerivedState
from tailorbird.links.ports import LinkStore
from tailorbird.privacy.ports import Receipts
from tailorbird.storage.embedded import dead_letters as dead_letter_file
from tailorbird.storage.embedded.control import SqliteKeyRing
from tailorbird.storage.embedded.dead_letters import SqliteDeadLetters, SqliteTally
from tailorbird.storage.embedded.items import SqliteItems
from tailorbird.storage.embedded.journal import SqliteJournal
from tailorbird.storage.embedded.links import SqliteLinks
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.receipts import SqliteReceipts
from tailorbird.storage.embedded.seal import Seal
from tailorbird.storage.embedded.state import SqliteState
from tailorbird.storage.embedded.vault import SqliteConsentLedger, SqliteVault, VaultFile

T = TypeVar("T")


@dataclasses.dataclass
class Backend:
    """One backend, opened: its adapters by their ports, and what a law needs beside them.

    Attributes:
        run: runs a coroutine in the backend's loop.
        written: every byte at rest, once all is written.
        close: closes everything, cleanly.
    """

    log: EventLog
    dead_letters: DeadLetters
    tally: Tally
    vault: Vault
    ledger: ConsentLedger
    receipts: Receipts
    state: DerivedState
    journal: Journal
    links: LinkStore
    items: ItemStore
    keys: KeyRing
    loop: asyncio.Runner
    written: Callable[[], bytes]
    close: Callable[[], None]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the backend's own loop."""
        return self.loop.run(work)


Opener = Callable[[], Backend]


def open_embedded(folder: Path) -> Backend:
    """Open the embedded backend on a folder."""
    loop = asyncio.Runner()
    seal = Seal(b"a secret of 32 bytes, for the laws", "main/vault")
    log = SqliteEventLog(folder / "log.db", dead_letter_file.SCHEMA)
    letters = SqliteDeadLetters(log.writer, folder / "log.db", seal)
    tally = SqliteTally(log.writer, folder / "log.db")
    vault = VaultFile(folder / "vault.db", seal)
    state, journal = SqliteState(folder / "state.db"), SqliteJournal(folder / "journal.db")
    items, keys = SqliteItems(folder / "catalog.db"), SqliteKeyRing(folder / "control.db")
    links = SqliteLinks(folder / "links.db")

    def written() -> bytes:
        for flush in (tally.flush, state.flush, journal.flush):
            loop.run(flush())
        return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))

    def close() -> None:
        loop.run(state.flush())
        loop.run(tally.flush())
        loop.run(journal.stop())
        for one in (letters, tally, log, state, vault, links, items, keys):
            one.close()
        loop.close()

    return Backend(
        log=log,
        dead_letters=letters,
        tally=tally,
        vault=SqliteVault(vault),
        ledger=SqliteConsentLedger(vault),
        receipts=SqliteReceipts(vault),
        state=state,
        journal=journal,
        links=links,
        items=items,
        keys=keys,
        loop=loop,
        written=written,
        close=close,
    )


BACKENDS: dict[str, Callable[[Path], Backend]] = {"embedded": open_embedded}


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the backend; closed and opened again, it is the same place."""
    last: list[Backend] = []

    def again() -> Backend:
        while last:
            last.pop().close()
        last.append(BACKENDS[request.param](tmp_path))
        return last[0]

    yield again
    while last:
        last.pop().close()


@pytest.fixture
def backend(opener: Opener) -> Backend:
    """An empty backend."""
    return opener()
