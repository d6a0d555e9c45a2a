"""The connections to one push service."""

import asyncio

from pushbell.deliver.answer import TransportError
from pushbell.deliver.connection import Connection


class Pool:
    """At most `limit` users at a time, each with a connection of its own, and the connections that lie idle."""

    def __init__(self, limit: int) -> None:
        self._turns = asyncio.Semaphore(limit)
        self._idle: list[Connection] = []
        self._users = 0

    async def enter(self, deadline: float) -> None:
        """Wait for a turn until `deadline` (loop time), which `leave` ends. Raises TransportError if it never came."""
        self._users += 1
        try:
            await self._turn(deadline)
        except BaseException:  # a cancelled one leaves the queue, too
            self._users -= 1
            raise

    def leave(self) -> None:
        self._users -= 1
        self._turns.release()

    def take(self) -> Connection | None:
        """The connection that was used last, so that the others grow old and go."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    def put(self, connection: Connection) -> None:
        """Keep it for the next user."""
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def drop_idle(self, until: float) -> list[Connection]:
        """Close what has been idle since `until` (loop time) or longer, and return it."""
        old = [connection for connection in self._idle if connection.idle_since <= until or not connection.is_open]
        self._idle = [connection for connection in self._idle if connection not in old]
        for connection in old:
            connection.abort()
        return old

    @property
    def is_unused(self) -> bool:
        return not self._idle and not self._users

    async def _turn(self, deadline: float) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout_at(deadline):
                await self._turns.acquire()
        except TimeoutError:
            raise TransportError("no connection was free in time") from None
