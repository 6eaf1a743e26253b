"""Receipts of privacy requests, sealed, in the vault's file: proof that outlasts the process."""

import sqlite3

import msgspec

from tailorbird.privacy.requests import Receipt
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.vault import VaultFile

_SQL = load("vault")


class SqliteReceipts:
    """Receipts by a digest of the request's id, which a caller may have made of anything."""

    def __init__(self, file: VaultFile) -> None:
        self._file = file

    async def put(self, receipt: Receipt, at_ms: int) -> None:
        seal = self._file.seal
        digest = seal.digest(f"request:{receipt.request_id}")
        row = (digest, at_ms, seal.close(msgspec.json.encode(receipt)))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["put_receipt"], row)

        await self._file.writer.submit(write)

    async def get(self, request_id: str) -> Receipt | None:
        digest = self._file.seal.digest(f"request:{request_id}")
        row = self._file.reader.execute(_SQL["receipt"], (digest,)).fetchone()
        return (
            None if row is None else msgspec.json.decode(self._file.seal.open(row[0]), type=Receipt)
        )
