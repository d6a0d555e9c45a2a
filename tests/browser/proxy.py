"""An HTTP proxy that knows only a few hosts: it makes `https://fcm.googleapis.com` a port on this machine."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from .listener import Listener


class ConnectProxy:
    """Tunnels `CONNECT host:port` (RFC 9110 §9.3.6) to the local port given for that host; refuses all else with 403.

    `refused` lists what was asked for in vain: whoever uses the proxy must not have reached for anything else.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = ports
        self._listener = Listener(self._answer)
        self.refused: list[str] = []
        self.tunnelled: list[str] = []

    async def start(self) -> None:
        await self._listener.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    async def stop(self) -> None:
        await self._listener.stop()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = request.split(" ", 2)
        host = target.rpartition(":")[0]
        if method != "CONNECT" or host not in self._ports:
            self.refused.append(f"{method} {target}")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        self.tunnelled.append(host)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._ports[host])
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        finally:
            there_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the one side ends, then end the other: a half-open tunnel would keep the peer waiting."""
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
