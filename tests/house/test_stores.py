"""Whatever can hold a person can forget and show that person, and the officer knows of it."""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from tailorbird.compose import Install
from tailorbird.privacy.requests import RequestType
from tailorbird.settings import read_settings
from tailorbird.spine.ids import user_key
from tailorbird.storage import embedded

# What a method takes that is, or may be, somebody's.
_PERSONAL = ("IdentifierKey", "PersonId", "Subject", "Event", "ContactCard", "Refusal", "Decision")

# Classes that touch people without holding anything that could be shown or forgotten.
_NOT_STORES = {
    "LogReader": "reads the log's file and writes nothing",
    "VaultFile": "is the file under the vault, the ledger and the suppression list",
    "SqliteSuppression": "holds keyed digests only, so that who was erased stays away",
    "SqliteTrainingSource": "reads files beside a running server and writes nothing",
    "WorkspaceFiles": "reads files beside a running server and writes nothing",
}


def test_every_store_that_can_hold_a_person_can_erase_and_export() -> None:
    lacking = {
        store.__name__
        for store in _personal()
        if store.__name__ not in _NOT_STORES and not _forgets(store)
    }
    assert lacking == set()


def test_every_exception_is_still_there_and_still_needed() -> None:
    needed = {store.__name__ for store in _personal() if not _forgets(store)}
    assert set(_NOT_STORES) - needed == set()


def test_the_officer_asks_every_store_that_can_hold_a_person(tmp_path: Path) -> None:
    async def stores_asked() -> set[str]:
        install = Install(read_settings({}, data=str(tmp_path / "data")))
        try:
            shop = await install.workspace()
            receipt = await shop.officer.access("r1", RequestType.ACCESS, [user_key("u1")])
            return {one.store for one in receipt.stores}
        finally:
            await install.close()

    forgetful = [store for store in _personal() if _forgets(store)]
    assert len(asyncio.run(stores_asked())) == len(forgetful)


def _personal() -> Iterator[type]:
    """Yield every class of the embedded backend with a method that takes something of a person."""
    for module in pkgutil.iter_modules(embedded.__path__, f"{embedded.__name__}."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and any(map(_takes_a_person, vars(found).values())):
                yield found


def _takes_a_person(method: object) -> bool:
    if not inspect.isfunction(method):
        return False
    parameters = inspect.signature(method).parameters.values()
    return any(kind in str(one.annotation) for one in parameters for kind in _PERSONAL)


def _forgets(store: type) -> bool:
    return all(
        inspect.iscoroutinefunction(getattr(store, name, None)) for name in ("erase", "export")
    )
