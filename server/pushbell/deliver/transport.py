"""Outgoing pushes: POST over HTTP/1.1 with kept-alive connections, a bounded number per push service."""

import asyncio
from collections.abc import Mapping

from pushbell.deliver.answer import Answer, TransportError
from pushbell.deliver.connection import Connection, StaleConnection
from pushbell.deliver.dialer import Dialer
from pushbell.deliver.endpoints import EndpointPolicy, Origin
from pushbell.errors import ApiError

__all__ = ["Answer", "Transport", "TransportError"]


class _Pool:
    """The connections to one push service."""

    def __init__(self, limit: int) -> None:
        self.slots = asyncio.Semaphore(limit)
        self.idle: list[Connection] = []
        self.users = 0

    def take(self) -> Connection | None:
        """The connection that was used last: the others may grow old and go."""
        while self.idle:
            connection = self.idle.pop()
            if connection.is_open:
                return connection
        return None


class Transport:
    """Posts to the endpoints that the policy allows. `close` it when no post is under way any more."""

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
        self._pools: dict[Origin, _Pool] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises TransportError. Redirects are answers like any other; cookies are not kept."""
        origin, target = self._split(url)
        request = render(origin, target, headers, body)
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        pool = self._pool(origin)
        pool.users += 1
        try:
            async with pool.slots:
                return await self._exchange(pool, origin, request, deadline)
        finally:
            pool.users -= 1

    async def close(self) -> None:
        if self._sweeper:
            self._sweeper.cancel()
        idle = [connection for pool in self._pools.values() for connection in pool.idle]
        self._pools.clear()
        for connection in idle:
            connection.abort()
        await asyncio.gather(*(connection.lost for connection in idle))

    def _split(self, url: str) -> tuple[Origin, str]:
        try:
            return self._policy.split(url)
        except ApiError as error:
            raise TransportError(error.text) from None

    def _pool(self, origin: Origin) -> _Pool:
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = _Pool(self._max_connections)
            if self._sweeper is None:
                self._sweep_later()
        return pool

    async def _exchange(self, pool: _Pool, origin: Origin, request: bytes, deadline: float) -> Answer:
        if connection := pool.take():
            try:
                return await self._send(pool, connection, request, deadline)
            except StaleConnection:
                pass  # it was closed while it lay idle: the request was not read, so once more on a fresh connection
        connection = await self._dialer.dial(origin)
        return await self._send(pool, connection, request, deadline)

    async def _send(self, pool: _Pool, connection: Connection, request: bytes, deadline: float) -> Answer:
        loop = asyncio.get_running_loop()
        answer = await connection.exchange(request, deadline - loop.time())
        if connection.is_open:
            connection.idle_since = loop.time()
            pool.idle.append(connection)
        return answer

    def _sweep(self) -> None:
        """Close what was idle for too long, and forget push services nobody uses: strangers can name many."""
        loop = asyncio.get_running_loop()
        for origin, pool in list(self._pools.items()):
            for connection in [c for c in pool.idle if loop.time() - c.idle_since > self._idle_s or not c.is_open]:
                pool.idle.remove(connection)
                connection.abort()
            if not pool.idle and not pool.users:
                del self._pools[origin]
        self._sweeper = None
        if self._pools:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(self._idle_s / 2, self._sweep)


def render(origin: Origin, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The request's bytes. Raises ValueError when a header could be read as two."""
    lines = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
    if lines.count("\r\n") != max(len(headers) - 1, 0) or not lines.replace("\r\n", "").isprintable():
        raise ValueError("a header contains control characters")
    start = f"POST {target} HTTP/1.1\r\nHost: {origin.authority}\r\nContent-Length: {len(body)}\r\n"
    return f"{start}{lines}\r\n\r\n".encode("ascii") + body
