"""Succession: a running server takes up the version that is to serve, and never a broken one."""

from __future__ import annotations

import asyncio
import logging

from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.registry.ports import Serving

log = logging.getLogger("tailorbird.models")


class Succession:
    """One workspace's; looks at the pointer now and then, and reads only when it has moved."""

    def __init__(self, predictor: Predictor, store: Serving) -> None:
        self._predictor = predictor
        self._store = store
        self._pointer: str | None = None
        self.fault: str | None = None

    async def adopt(self) -> bool:
        """Serve the version that is to serve, or the last good one; True when that is another.

        Where none can be read, what serves goes on serving.
        """
        pointer = self._store.current()
        if pointer in {None, self._pointer}:
            return False
        self._pointer = pointer
        try:
            trained = await asyncio.to_thread(self._store.load)
        except ModelUnreadable as cause:
            log.error("models.none_readable reason=%s", cause.detail)  # noqa: TRY400 - no fault of ours
            self.fault = cause.detail
            return False
        if trained is None:
            return False
        name = trained.models.name
        broken = name.replace("@", "-") != pointer
        lacking = await asyncio.to_thread(self._store.lacking, name)
        self.fault = f"{pointer} cannot be read; {name} serves" if broken else lacking
        if name == self._predictor.models.name:
            return False
        self._predictor.adopt(trained)
        return True
