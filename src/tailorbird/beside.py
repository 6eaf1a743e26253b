"""The composition root's second half: what commands do with a folder that they do not serve.

`compose` opens a folder for itself; what is here takes no lock unless it says so.
"""

import time
from pathlib import Path

from tailorbird.settings import Settings
from tailorbird.spine.errors import Locked
from tailorbird.storage.embedded.folder import DataFolder

_STARTING_S = 10
_ASK_EVERY_S = 0.1


def server_of(settings: Settings) -> str:
    """Return where the server of a locked data folder listens, waiting while it starts.

    Raises:
        Locked: nothing says where.
    """
    folder = DataFolder(Path(settings.data))
    for _ in range(round(_STARTING_S / _ASK_EVERY_S)):
        address = folder.address()
        if address is not None:
            return address.url
        time.sleep(_ASK_EVERY_S)
    raise Locked(
        f"{settings.data} is in use by a process that does not listen.",
        remedy="Wait for the other command to end, or stop it.",
    )
