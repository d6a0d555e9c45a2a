"""A listener on loopback that nothing may ever reach."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Self

from aiohappyeyeballs import AddrInfoType


def address_info(address: str, port: int) -> AddrInfoType:
    """One line of what `getaddrinfo` answers."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, port, 0, 0) if family == socket.AF_INET6 else (address, port)
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)


class Canary:
    """`async with Canary() as canary:` listens on `canary.port` and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._sing, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def resolve(self, _host: str, _port: int) -> Sequence[AddrInfoType]:
        """A resolver under an attacker's hand: every name at every port is the canary."""
        return [address_info("127.0.0.1", self.port)]

    async def _sing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.read(1)
        writer.close()
