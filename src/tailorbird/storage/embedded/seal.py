"""Sealing: what is personal is encrypted at rest, and found again by keyed digests."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tailorbird.spine.errors import Corrupt
from tailorbird.spine.private import private_folder

_NONCE_BYTES = 12
_SECRET_BYTES = 32


class Seal:
    """AES-256-GCM with a key of its own for every workspace and use, derived from one secret."""

    def __init__(self, secret: bytes, use: str) -> None:
        self._key = hmac.digest(secret, f"tailorbird/{use}".encode(), "sha256")
        self._cipher = AESGCM(self._key)

    def close(self, clear: bytes) -> bytes:
        """Return the bytes encrypted."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, None)

    def open(self, sealed: bytes) -> bytes:
        """Return the clear bytes.

        Raises:
            Corrupt: they were sealed under another secret, or damaged.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as cause:
            raise Corrupt(
                "Sealed data cannot be opened with this install's secret.key",
                remedy="Restore the secret.key that belongs to this data folder.",
            ) from cause

    def digest(self, text: str) -> bytes:
        """Return 16 bytes by which a text can be found without being kept."""
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=16).digest()

    def secret(self) -> bytes:
        """Return 32 bytes of key material for this use."""
        return self._key


def signing_secret(secret: bytes, workspace: str) -> str:
    """Return what a shop's server signs its users' tokens with."""
    return f"tb_sign_{Seal(secret, f'{workspace}/user-token').secret().hex()}"


def known_secret(path: Path) -> bytes:
    """Return the install's secret for reading; one that opens nothing where there is none."""
    return path.read_bytes() if path.exists() else secrets.token_bytes(_SECRET_BYTES)


def install_secret(path: Path) -> bytes:
    """Return the install's secret; made on first start, readable by its owner only.

    Raises:
        Corrupt: it is lost; another one would lock out all that it has sealed.
    """
    if path.exists():
        return path.read_bytes()
    if any(path.parent.glob("workspaces/*/vault.db")):
        raise Corrupt(
            f"{path} is missing, and what is sealed in this folder cannot be opened without it.",
            remedy="Put the original back, from where you keep it apart or from a backup.",
        )
    private_folder(path.parent)
    made = secrets.token_bytes(_SECRET_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made
