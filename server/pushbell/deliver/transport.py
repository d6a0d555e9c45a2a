"""Outgoing pushes: POST over HTTP/1.1 with kept-alive connections, a bounded number per push service."""

import asyncio
import math
from collections.abc import Mapping

from pushbell.deliver.answer import Answer, TransportError
from pushbell.deliver.connection import StaleConnection
from pushbell.deliver.dialer import Dialer
from pushbell.deliver.endpoints import EndpointPolicy, Origin
from pushbell.deliver.pool import Pool
from pushbell.errors import ApiError

__all__ = ["Answer", "Transport", "TransportError"]


class Transport:
    """Posts to the endpoints that the policy allows.

    `timeout_s` is for a whole post: the wait for one of the `max_connections`, connecting, sending, the answer.
    """

    def __init__(
        self,
        policy: EndpointPolicy,
        dialer: Dialer,
        *,
        max_connections: int = 64,
        timeout_s: float = 10.0,
        idle_s: float = 60.0,
    ) -> None:
        self._policy = policy
        self._dialer = dialer
        self._max_connections = max_connections
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._pools: dict[Origin, Pool] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises TransportError. A redirect is an answer like any other, and cookies are not kept."""
        origin, target = self._split(url)
        request = render(origin, target, headers, body)
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        pool = self._pool(origin)
        await pool.enter(deadline)
        try:
            return await self._exchange(pool, origin, request, deadline)
        finally:
            pool.leave()

    async def close(self) -> None:
        """To be called when no post is under way any more."""
        if self._sweeper:
            self._sweeper.cancel()
        idle = [connection for pool in self._pools.values() for connection in pool.drop_idle(math.inf)]
        self._pools.clear()
        await asyncio.gather(*(connection.lost for connection in idle))

    def _split(self, url: str) -> tuple[Origin, str]:
        try:
            return self._policy.split(url)
        except ApiError as error:
            raise TransportError(error.text) from None

    async def _exchange(self, pool: Pool, origin: Origin, request: bytes, deadline: float) -> Answer:
        loop = asyncio.get_running_loop()
        connection = pool.take()
        if connection is None:
            connection = await self._dialer.dial(origin, deadline)
        try:
            answer = await connection.exchange(request, deadline - loop.time())
        except StaleConnection:  # most likely closed before the request came: once more, on a fresh one
            connection = await self._dialer.dial(origin, deadline)
            answer = await connection.exchange(request, deadline - loop.time())
        pool.put(connection)
        return answer

    def _pool(self, origin: Origin) -> Pool:
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = Pool(self._max_connections)
            self._sweep_later()
        return pool

    def _sweep_later(self) -> None:
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._idle_s / 2, self._sweep)

    def _sweep(self) -> None:
        """Close what was idle for too long, and forget push services nobody uses: strangers can name many."""
        self._sweeper = None
        until = asyncio.get_running_loop().time() - self._idle_s
        for origin, pool in list(self._pools.items()):
            pool.drop_idle(until)
            if pool.is_unused:
                del self._pools[origin]
        if self._pools:
            self._sweep_later()


def render(origin: Origin, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The request's bytes. Raises ValueError when a header could be read as two."""
    lines = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
    if lines.count("\r\n") != max(len(headers) - 1, 0) or not lines.replace("\r\n", "").isprintable():
        raise ValueError("a header contains control characters")
    start = f"POST {target} HTTP/1.1\r\nHost: {origin.authority}\r\nContent-Length: {len(body)}\r\n"
    return f"{start}{lines}\r\n\r\n".encode("ascii") + body
