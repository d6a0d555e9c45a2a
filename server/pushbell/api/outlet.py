"""Where a stream's lines go: to one client, at its pace, but never waiting for it longer than a deadline."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from aiohttp import web

from pushbell.log import event
from pushbell.store import StoreError
from pushbell.subscribe.hub import Line, SlowReader

LOG = logging.getLogger(__name__)

# How much is written before looking whether the client still reads, and how much may wait for it, in our memory and in
# the kernel's. A thousand stalled readers hold a thousand times as much.
PIECE = 16_384


class Outlet:
    """`cut` makes what is sent at once of the lines; `timeout_s` is how long the client may take to accept each."""

    def __init__(
        self,
        request: web.Request,
        send: Callable[[bytes], Awaitable[None]],
        cut: Callable[[Sequence[Line]], Iterable[bytes]],
        timeout_s: float,
    ) -> None:
        self._writer, self._send, self._cut, self._timeout_s = request.writer, send, cut, timeout_s

    async def write(self, lines: Sequence[Line]) -> None:
        """Raises TimeoutError when the client has stalled, ConnectionError when it has gone."""
        for piece in self._cut(lines):
            async with asyncio.timeout(self._timeout_s):
                await self._send(piece)
                await self._writer.drain()


def join(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, put together until a piece is as large as is written at once."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)


def limit_buffers(transport: asyncio.Transport) -> None:
    transport.set_write_buffer_limits(high=PIECE)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # else the kernel holds up to megabytes: Linux and macOS know this option
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, PIECE)


@contextmanager
def cutting_off(request: web.Request) -> Iterator[None]:
    """Cuts the connection of a stream that cannot go on. Its reader comes back with a cursor and has lost nothing."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the reader has left")
    limit_buffers(transport)
    try:
        yield
    except ConnectionError:
        pass  # the reader has left
    except (SlowReader, TimeoutError):
        transport.abort()  # `close` would wait for ever for what is buffered
    except StoreError as error:
        event(LOG, "a stream ends: the database failed", level=logging.ERROR, path=request.path, reason=str(error))
        transport.abort()
