"""Sessions: a browser that showed a secret key once carries a signed, short-lived proof of it."""

import base64
import hashlib
import hmac

from tailorbird.access.keys import Key, KeyKind
from tailorbird.access.ports import KeyRing
from tailorbird.spine.clock import HOUR_MS

LASTS_MS = 12 * HOUR_MS


class Sessions:
    """Makes and reads proofs; keeps none, so a session ends with its key or with its time.

    Args:
        secret: 32 bytes, derived from the install's secret for this use alone.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        # Browsers share cookies between the ports of a host: two installs must not mix theirs up.
        self.cookie = f"tailorbird_{hashlib.blake2b(secret, digest_size=4).hexdigest()}"

    def start(self, key: Key, now_ms: int) -> str:
        """Return the proof that this key was shown; good for 12 hours."""
        claim = f"{key.id}.{now_ms + LASTS_MS}"
        return f"{claim}.{self._signature(claim)}"

    def bearer(self, proof: str, ring: KeyRing, now_ms: int) -> Key | None:
        """Return the key behind a proof; None when forged, too old, or the key was revoked."""
        claim, _, signature = proof.rpartition(".")
        if not hmac.compare_digest(self._signature(claim).encode(), signature.encode()):
            return None
        key_id, _, until_ms = claim.rpartition(".")
        if not until_ms.isdigit() or int(until_ms) <= now_ms:
            return None
        found = next((key for key in ring.all() if key.id == key_id), None)
        if found is None or found.revoked_at_ms is not None or found.kind is not KeyKind.SECRET:
            return None
        return found

    def _signature(self, claim: str) -> str:
        mark = hmac.digest(self._secret, claim.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(mark).decode().rstrip("=")
