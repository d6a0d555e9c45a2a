"""A child that holds many streams open and reads what they bring.

    python -m tests.bench.crowd HOST PORT

Told `{"kind": "json", "count": 100, "topics": 50}`, it opens so many and says when each has had its open event; told
`{"drop": true}`, it closes them all; told `{"expect": 2000}`, it says how late so many messages were that carry the
instant at which they were published (`time.monotonic()`).
"""

import asyncio
import base64
import re
import resource
import secrets
import sys
import time
from typing import Any, cast

import uvloop

from tests.bench.child import orders, say

CONNECTING = 100  # at the same time: the ramp of a server that comes back
STAMP = re.compile(rb'"message":"at (\d+\.\d+)"')


class Stream(asyncio.Protocol):
    """A reader of any kind: all of them bring one JSON object per line, behind different words."""

    def __init__(self, crowd: "Crowd", kind: str, topic: str) -> None:
        self._crowd, self._kind, self._topic = crowd, kind, topic
        self._rest = b""
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        upgrade = b""
        if self._kind == "ws":
            key = base64.b64encode(secrets.token_bytes(16))
            upgrade = (
                b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: " + key + b"\r\n"
            )
        path = f"/{self._topic}/{self._kind}".encode()
        self.transport.write(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + upgrade + b"\r\n")

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if stamp := STAMP.search(line):
                self._crowd.note(time.monotonic() - float(stamp[1]))
            elif b'"event":"open"' in line and not self.is_open.done():
                self.is_open.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._crowd.lost += 1


class Crowd:
    """All readers. `lost` counts connections that were closed, by whomever."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: list[Stream] = []
        self._delays: list[float] = []
        self._expected = 0
        self.lost = 0

    async def open(self, kind: str, count: int, topics: int) -> dict[str, Any]:
        began_at = time.perf_counter()
        queue = iter(range(count))

        async def connect_some() -> None:
            for index in queue:
                stream = Stream(self, kind, f"topic{index % topics}")
                await asyncio.get_running_loop().create_connection(lambda: stream, self._host, self._port)  # noqa: B023
                await stream.is_open
                self._streams.append(stream)

        await asyncio.gather(*(connect_some() for _ in range(CONNECTING)))
        return {"open": len(self._streams), "per_s": count / (time.perf_counter() - began_at)}

    async def drop(self) -> dict[str, Any]:
        for stream in self._streams:
            stream.transport.abort()
        while self.lost < len(self._streams):
            await asyncio.sleep(0.01)
        self._streams.clear()
        self.lost = 0
        return {"open": 0}

    def expect(self, count: int) -> dict[str, Any]:
        self._delays.clear()
        self._expected = count
        return {"expecting": count}

    def note(self, delay_s: float) -> None:
        self._delays.append(delay_s)
        if len(self._delays) == self._expected:
            delays = sorted(self._delays)
            say(
                count=len(delays),
                p50_ms=delays[len(delays) // 2] * 1e3,
                p99_ms=delays[len(delays) * 99 // 100] * 1e3,
                max_ms=delays[-1] * 1e3,
                lost=self.lost,
            )


async def main(host: str, port: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = Crowd(host, port)
    say(ready=True)
    async for order in orders():
        if "kind" in order:
            say(**await crowd.open(order["kind"], order["count"], order["topics"]))
        elif "expect" in order:
            say(**crowd.expect(order["expect"]))
        else:
            say(**await crowd.drop())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
