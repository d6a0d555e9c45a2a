"""A child that publishes: keep-alive connections that post again as soon as they are answered.

    python -m tests.bench.load HOST PORT CLIENTS

Asked for `{"seconds": 3, "pid": 1234}`, it measures a window of that length and the processor time of that process.
"""

import asyncio
import sys
import time
from typing import Any, cast

import uvloop

from tests.bench.child import orders, say
from tests.bench.proc import Reading

WARM_UP_S = 0.3
BODY = b"Backup of nas01 finished: 412 GiB in 3 h 12 min. ".ljust(200, b".")
# What `curl -d …` sends.
REQUEST = (
    b"POST /alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n"
    b"Content-Length: %d\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" % len(BODY)
) + BODY


class Client(asyncio.Protocol):
    """One connection; `latencies` get one entry (seconds) for each answer."""

    def __init__(self, latencies: list[float]) -> None:
        self._latencies = latencies
        self._transport: asyncio.Transport
        self._received = b""
        self._sent_at = 0.0
        self.going = False
        self.idle = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def post(self) -> None:
        self.idle.clear()
        self._sent_at = time.perf_counter()
        self._transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._received.endswith(b"}\n"):  # the answer is one JSON object and a newline
            return
        assert self._received.startswith(b"HTTP/1.1 200 "), self._received
        self._received = b""
        self._latencies.append(time.perf_counter() - self._sent_at)
        if self.going:
            self.post()
        else:
            self.idle.set()


class Load:
    """All connections."""

    def __init__(self) -> None:
        self._latencies: list[float] = []
        self._clients: list[Client] = []

    async def connect(self, host: str, port: int, count: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, client = await loop.create_connection(lambda: Client(self._latencies), host, port)
            self._clients.append(client)

    async def measure(self, seconds: float, pid: int) -> dict[str, Any]:
        for client in self._clients:
            client.going = True
            client.post()
        await asyncio.sleep(WARM_UP_S)
        self._latencies.clear()
        before, started = Reading.take(pid), time.perf_counter()
        await asyncio.sleep(seconds)
        used, elapsed = Reading.take(pid).minus(before), time.perf_counter() - started
        latencies = sorted(self._latencies)
        for client in self._clients:
            client.going = False
        for client in self._clients:
            await client.idle.wait()
        return report(latencies, elapsed, used)


def report(latencies: list[float], elapsed: float, used: Reading) -> dict[str, Any]:
    count = len(latencies)
    return {
        "per_s": count / elapsed,
        "cpu_us": used.server_s / count * 1e6,
        "loop_us": used.loop_s / count * 1e6,
        "p50_ms": latencies[count // 2] * 1e3,
        "p99_ms": latencies[count * 99 // 100] * 1e3,
        "foreign": used.foreign_s / elapsed,
    }


async def main(host: str, port: int, clients: int) -> None:
    load = Load()
    await load.connect(host, port, clients)
    say(ready=True)
    async for order in orders():
        say(**await load.measure(order["seconds"], order["pid"]))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
