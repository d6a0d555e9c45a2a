"""The listening socket: accepts connections up to a limit, and tells the others that the server is busy."""

import asyncio
from collections.abc import Callable, Collection
from typing import cast

from pushbell.errors import BUSY

_BODY = BUSY.to_json()
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: %d\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (BUSY.retry_after_s or 0, len(_BODY))
) + _BODY

# Linux caps this at net.core.somaxconn; a burst of phones that come back from an outage should fit.
BACKLOG = 4096


# Closing while the client still sends would reset the connection, and take the answer with it.
LINGER_S = 1.0


class Refusal(asyncio.Protocol):
    """Answers 503 at once. Without it a flood of idle connections would take memory and file descriptors from all."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        stream.write(_REFUSAL)
        stream.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, stream.close)


async def listen(
    address: tuple[str | None, int],
    accept: Callable[[], asyncio.BaseProtocol],
    connections: Callable[[], Collection[object]],
    limit: int,
) -> asyncio.Server:
    """Bind and accept: `accept` makes the protocol of a connection, `connections` are those that are open."""
    host, port = address

    def protocol() -> asyncio.BaseProtocol:
        return accept() if len(connections()) < limit else Refusal()

    return await asyncio.get_running_loop().create_server(protocol, host, port, backlog=BACKLOG, reuse_address=True)


def url_of(server: asyncio.Server) -> str:
    """Where a browser on this machine reaches it."""
    host, port, *_ = server.sockets[0].getsockname()
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
