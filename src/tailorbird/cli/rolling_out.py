"""Rollouts on schedule: each is looked at beside the server, and what its gate says is done."""

import logging

import msgspec

from tailorbird.compose import Install, Workspace
from tailorbird.configure.ports import Deed
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Experiment
from tailorbird.experiments.rollout import Rollout
from tailorbird.experiments.staging import stages_in
from tailorbird.measure.following import Move, asks, look_every_ms, moved, next_move, words
from tailorbird.settings import Settings
from tailorbird.spine.apart import apart

log = logging.getLogger("tailorbird.rollouts")


class RollingOut:
    """Looks at every rollout of the open workspaces, as often as each deserves.

    What a rollout does is a version of the configuration. So a step that was made stands, whatever
    becomes of this process, and one that was not made is found again by the next look.
    """

    def __init__(self, settings: Settings, install: Install) -> None:
        self._settings = settings
        self._install = install
        self._looked: dict[tuple[str, str], int] = {}

    async def round(self) -> None:
        """Look at the rollouts that are due, one after the other."""
        for shop in self._install.opened():
            for one in shop.configurator.active.of(EXPERIMENTS):
                if one.rollout is not None and self._due(shop, one.name, one.rollout):
                    await self._look(shop, one)

    def _due(self, shop: Workspace, name: str, said: Rollout) -> bool:
        now_ms, key = self._install.clock(), (shop.name, name)
        looked_ms = self._looked.get(key)
        if looked_ms is not None and now_ms - looked_ms < look_every_ms(said):
            return False
        self._looked[key] = now_ms
        return True

    async def _look(self, shop: Workspace, one: Experiment) -> None:
        stage = stages_in(shop.configurator.active).get(one.name)
        if asks(one, stage) is None:
            move: Move | None = next_move(one, stage, None, self._install.clock())
        else:
            move = await self._told(shop, one.name)
        if move is None or move.act == "stay":
            return
        now_ms = self._install.clock()
        deed = Deed(f"rollout of {one.name}", now_ms, words(move))
        done = await shop.configurator.amend(lambda active: moved(active, move, now_ms), deed)
        if done is None:
            log.info("rollouts.overtaken workspace=%s experiment=%s", shop.name, one.name)
        else:
            log.info(
                "rollouts.moved workspace=%s version=%d %s", shop.name, done.version, deed.note
            )

    async def _told(self, shop: Workspace, name: str) -> Move | None:
        """Return what the rollout would do, as the command says which reads the numbers."""
        await shop.journal.flush()
        await shop.state.flush()
        where = ("--data", self._settings.data, "--workspace", shop.name)
        now = ("--at-ms", str(self._install.clock()))
        ended = await apart("experiment", "rollout", name, "--rehearse", "--json", *where, *now)
        if ended.code:
            said = ended.said.replace("\n", " ")[-300:]
            log.warning("rollouts.unread workspace=%s experiment=%s said=%s", shop.name, name, said)
            return None
        return msgspec.json.decode(ended.told, type=Move)
