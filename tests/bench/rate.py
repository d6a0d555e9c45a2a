"""A child that publishes at a fixed rate, whatever the answers do: each message carries the instant of its sending.

    python -m tests.bench.rate HOST PORT

Told `{"per_s": 200, "count": 2000, "topics": 50}`, it says when all of them are answered.
"""

import asyncio
import sys
import time
from collections import deque
from typing import cast

import uvloop

from tests.bench.child import orders, say

CONNECTIONS = 32


class Client(asyncio.Protocol):
    """One keep-alive connection, in `idle` whenever it has been answered."""

    def __init__(self, publisher: "Publisher") -> None:
        self._publisher = publisher
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._publisher.be_idle(self)

    def post(self, topic: str, body: str) -> None:
        head = f"POST /{topic} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write((head + body).encode())

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"}\n"):
            assert self._received.startswith(b"HTTP/1.1 200 "), self._received
            self._received = b""
            self._publisher.answered += 1
            self._publisher.be_idle(self)


class Publisher:
    """All connections, and the messages that no connection was free for."""

    def __init__(self) -> None:
        self._idle: list[Client] = []
        self._waiting: deque[tuple[str, str]] = deque()
        self.answered = 0
        self.most_waiting = 0

    def be_idle(self, client: Client) -> None:
        if self._waiting:
            client.post(*self._waiting.popleft())
        else:
            self._idle.append(client)

    def publish(self, topic: str, due_at: float) -> None:
        body = f"at {due_at:.6f}"
        if self._idle:
            self._idle.pop().post(topic, body)
        else:
            self._waiting.append((topic, body))
            self.most_waiting = max(self.most_waiting, len(self._waiting))

    async def run(self, per_s: float, count: int, topics: int) -> None:
        self.answered = 0
        began_at = time.monotonic() + 0.1
        for index in range(count):
            due_at = began_at + index / per_s
            await asyncio.sleep(max(0.0, due_at - time.monotonic()))
            # An event loop sleeps whole milliseconds: what it oversleeps is not the server's, what a queue takes is.
            self.publish(f"topic{index % topics}", time.monotonic())
        while self.answered < count:
            await asyncio.sleep(0.01)


async def main(host: str, port: int) -> None:
    publisher = Publisher()
    for _ in range(CONNECTIONS):
        await asyncio.get_running_loop().create_connection(lambda: Client(publisher), host, port)
    say(ready=True)
    async for order in orders():
        await publisher.run(order["per_s"], order["count"], order["topics"])
        say(answered=publisher.answered, most_waiting=publisher.most_waiting)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
