"""Outcomes on their way to the ledger: collected while the disk is busy, written many at a time."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from pushbell.deliver.job import Job
from pushbell.deliver.walk import Walk
from pushbell.log import event
from pushbell.store import Deliveries, Fanout, Settlement, StoreError

LOG = logging.getLogger(__name__)

LARGEST_BATCH: Final = 1000
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0


class Entry(NamedTuple):
    """An outcome and the delivery that it is of."""

    settlement: Settlement
    job: Job


Written = Callable[[Sequence[Entry], Sequence[Walk]], None]


class Journal:
    """Calls `written` on the event loop with what has become durable. Holds more than `limit` only for a moment."""

    def __init__(self, deliveries: Deliveries, limit: int, written: Written) -> None:
        self._deliveries, self._limit, self._written = deliveries, limit, written
        self._entries: list[Entry] = []
        self._walks: set[Walk] = set()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    @property
    def is_full(self) -> bool:
        return len(self._entries) >= self._limit

    @property
    def is_empty(self) -> bool:
        return self._emptied.is_set()

    def write(self, settlement: Settlement, job: Job) -> None:
        self._entries.append(Entry(settlement, job))
        self._fill()

    def note(self, walk: Walk) -> None:
        """The walk came further without an outcome."""
        self._walks.add(walk)
        self._fill()

    async def flush(self) -> None:
        """Wait until all of it is durable."""
        await self._emptied.wait()

    async def run(self) -> None:
        """A task for the supervisor."""
        while True:
            await self._filled.wait()
            await self._write_batch()
            if not self._entries and not self._walks:
                self._filled.clear()
                self._emptied.set()

    def _fill(self) -> None:
        self._filled.set()
        self._emptied.clear()

    async def _write_batch(self) -> None:
        batch, walks = self._entries[:LARGEST_BATCH], self._walks
        settled: dict[Walk, set[int]] = {walk: set() for walk in walks}
        for entry in batch:
            if entry.job.walk:
                settled.setdefault(entry.job.walk, set()).add(entry.job.subscription)
        walked = [walk.advance(subscriptions) for walk, subscriptions in settled.items()]
        self._walks = set()
        try:
            await self._store([entry.settlement for entry in batch], walked)
        except BaseException:
            self._walks |= walks  # nothing is forgotten when the task is started again
            raise
        del self._entries[: len(batch)]
        self._written(batch, list(settled))

    async def _store(self, settlements: Sequence[Settlement], walked: Sequence[Fanout]) -> None:
        """Until it is done: an outcome that is lost would be a second push to the same device."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._deliveries.settle(settlements, walked)
            except StoreError as error:
                event(LOG, "outcomes wait for the disk", level=logging.ERROR, count=len(settlements), reason=str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                return
