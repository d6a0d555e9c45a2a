"""The supervisor of background tasks: it keeps them, restarts those that fail, and ends them all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

from pushbell.clock import Clock
from pushbell.log import event

LOG = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0

Run = Callable[[], Awaitable[None]]


class Supervisor:
    """Owns every task that outlives the call that started it. A task that returns is done; one that raises is not."""

    def __init__(self, clock: Clock, *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._clock = clock
        self._first_pause_s = first_pause_s
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, name: str, run: Run) -> asyncio.Task[None]:
        """Run it until it returns; when it raises, run it again after a pause that doubles with each failure."""
        return self._keep(self._restart(name, run), name)

    def once(self, name: str, run: Run) -> asyncio.Task[None]:
        """Run it one time; a failure is logged."""
        return self._keep(self._once(name, run), name)

    async def close(self) -> None:
        """Cancel all of them and wait for their end."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    def _keep(self, coroutine: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _restart(self, name: str, run: Run) -> None:
        pause_s = self._first_pause_s
        while True:
            began_at = self._clock.monotonic()
            if await self._attempt(name, run):
                return
            if self._clock.monotonic() - began_at > LONGEST_PAUSE_S:
                pause_s = self._first_pause_s  # it had recovered
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _once(self, name: str, run: Run) -> None:
        await self._attempt(name, run)

    async def _attempt(self, name: str, run: Run) -> bool:
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others go on, and it is tried again
            event(LOG, "task failed", level=logging.ERROR, error=error, task=name)
            return False
        return True
