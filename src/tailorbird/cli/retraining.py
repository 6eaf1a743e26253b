"""Retraining on schedule: a process of its own, so that serving never waits for it."""

import logging

from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.apart import apart

log = logging.getLogger("tailorbird.retraining")

_LEAST_NEW_EVENTS = 500
_BUDGET_S = 240


class Retraining:
    """Trains each open workspace anew when its log has grown enough since the last time."""

    def __init__(self, settings: Settings, install: Install) -> None:
        self._settings = settings
        self._install = install

    async def round(self) -> None:
        """Train the workspaces that have news, one after the other."""
        for shop in self._install.opened():
            # Since the last training, whatever became of it: a rejected version is not made again
            # of the same events, and a rollback is not undone before there are new ones.
            trained = max((card.trained_offset for card in shop.stores.models.cards()), default=0)
            if shop.log.last_offset - trained >= _LEAST_NEW_EVENTS:
                await self._train(shop)

    async def _train(self, shop: Workspace) -> None:
        where = ("--data", self._settings.data, "--workspace", shop.name)
        ended = await apart("train", *where, "--budget", str(_BUDGET_S), idle=True)
        if ended.code:
            words = ended.said.replace("\n", " ")
            log.warning("retraining.failed workspace=%s said=%s", shop.name, words[-300:])
