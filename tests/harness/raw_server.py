"""A server that speaks exactly the bytes a test gives it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self, TypeAlias

Talk: TypeAlias = Callable[["Peer"], Awaitable[None]]


class Peer:
    """One connection from a client; `number` counts from 1."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self._reader, self._writer = reader, writer

    async def request(self) -> bytes:
        """Read one request whole; raises IncompleteReadError when the client leaves."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        return head + await self._reader.readexactly(length)

    async def say(self, *pieces: bytes) -> None:
        """Send each piece as a segment of its own, as far as that is in our hands."""
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()

    async def hear_end(self) -> bytes:
        """Wait until the client closes; returns what it still said."""
        return await self._reader.read()


class RawServer:
    """`async with RawServer(talk) as server:`; every connection is one call of `talk`, and closed after it."""

    def __init__(self, talk: Talk) -> None:
        self.connections = 0
        self._talk = talk

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._talk(Peer(self.connections, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went
        finally:
            writer.close()
