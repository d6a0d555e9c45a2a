"""A subscriber that stops reading: its kernel takes a few kilobytes, then the server's writes have nowhere to go."""

import asyncio
import json
import re
import socket
from typing import Any, Self

from tests.harness.server import Server

UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class StalledReader:
    """`await StalledReader.open(server, "doors", "json")`: subscribed, and not reading until `drain`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, server: Server, topics: str, form: str, query: str = "") -> Self:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        await loop.sock_connect(connection, (host, int(port)))
        # Without chunks (HTTP/1.0) what arrives is what was written; only an upgrade needs HTTP/1.1.
        version, extra = ("1.1", UPGRADE.format(KEY)) if form == "ws" else ("1.0", "")
        request = f"GET /{topics}/{form}{query} HTTP/{version}\r\nHost: pushbell.test\r\n{extra}\r\n"
        await loop.sock_sendall(connection, request.encode())
        await loop.sock_recv(connection, 1)  # the answer has begun, so the server knows this reader
        return cls(connection)

    async def drain(self) -> list[dict[str, Any]]:
        """Read again, up to the end of the connection: the messages that had arrived whole."""
        loop = asyncio.get_running_loop()
        received = bytearray()
        try:
            while piece := await loop.sock_recv(self._connection, 65_536):
                received += piece
        except ConnectionError:
            pass  # cut off
        finally:
            self.close()
        return list(_messages(bytes(received)))

    def close(self) -> None:
        self._connection.close()


def _messages(received: bytes) -> Any:
    """The message objects in a stream of any form, whose frames and `data:` prefixes are simply skipped."""
    for found in re.finditer(rb'\{"id":.*?\}\n', received):
        event = json.loads(found[0])
        if event["event"] == "message":
            yield event


async def open_streams(server: Server) -> int:
    """How many readers the server has."""
    return int(await metric(server, "pushbell_streams"))


async def metric(server: Server, name: str) -> float:
    """A figure of /metrics, which must be switched on."""
    async with server.request("GET", "/metrics") as answer:
        text = await answer.text()
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not in {text}"
    return float(found[1])
