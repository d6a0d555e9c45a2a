"""A child that is a push service which is never the bottleneck: HTTP/1.1 over TLS, 201 for everything, nothing checked.

    python -m tests.bench.sink CERTIFICATE

Told `{"expect": 5000, "delay_s": 0.05}`, it answers each push after that time, and says when it has accepted so many.
"""

import asyncio
import base64
import re
import ssl
import sys
import time
from typing import cast

import uvloop

from tests.bench.child import orders, say

CREATED = b"HTTP/1.1 201 Created\r\nLocation: /m/1\r\nTTL: 86400\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Round:
    """What came since the last order."""

    def __init__(self, expected: int, delay_s: float) -> None:
        self.delay_s = delay_s
        self._missing = expected
        self._under_way = self._most_under_way = 0

    def take(self) -> None:
        self._under_way += 1
        self._most_under_way = max(self._most_under_way, self._under_way)

    def accept(self, path: str, body: bytes) -> None:
        self._under_way -= 1
        self._missing -= 1
        if self._missing == 0:
            sample = {"path": path, "body": base64.b64encode(body).decode()}
            say(last_at=time.monotonic(), at_once=self._most_under_way, **sample)


class Sink:
    """All connections, and the round that is on."""

    def __init__(self) -> None:
        self.round = Round(0, 0.0)


class Connection(asyncio.Protocol):
    """Answers one push after the other."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        header, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(header)
        if not end or length is None or len(body) < int(length[1]):
            return
        self._received = b""
        self._sink.round.take()
        path = header.split(b" ", 2)[1].decode()
        if self._sink.round.delay_s:
            asyncio.get_running_loop().call_later(self._sink.round.delay_s, self._answer, path, body)
        else:
            self._answer(path, body)

    def _answer(self, path: str, body: bytes) -> None:
        self._transport.write(CREATED)
        self._sink.round.accept(path, body)


async def main(certificate: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(sink), "127.0.0.1", 0, ssl=tls, backlog=1024
    )
    say(port=server.sockets[0].getsockname()[1])
    async for order in orders():
        sink.round = Round(order["expect"], order["delay_s"])
        say(expecting=order["expect"])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
