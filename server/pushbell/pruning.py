"""Retention: what has expired goes, in batches small enough that nobody waits for them."""

import asyncio
import logging

from pushbell.clock import Clock
from pushbell.log import event
from pushbell.store import Store

LOG = logging.getLogger(__name__)

EVERY_S = 60.0
BATCH = 500
PENDING_FOR_S = 3_600  # a device that has not answered its activation by then never will
TOMBSTONE_FOR_S = 90 * 86_400  # so long a device that comes back finds its topics again


class Pruning:
    """A task for the supervisor."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def run(self) -> None:
        while True:
            await self.prune()
            await asyncio.sleep(EVERY_S)

    async def prune(self) -> None:
        now = int(self._clock.now())
        messages = 0
        while pruned := await self._store.messages.prune_messages(now, BATCH):
            messages += pruned
        devices = await self._store.devices.prune_devices(now - PENDING_FOR_S, now - TOMBSTONE_FOR_S)
        if messages or devices:
            event(LOG, "pruned", messages=messages, devices=devices)
