"""Memory and life: an idle server, ten thousand idle streams of each kind, how soon it is ready, and how soon gone."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from statistics import median

from tests.bench.child import Child, child
from tests.bench.figures import Figure
from tests.bench.proc import cpu_s, rss_kib
from tests.harness.server import Server

STREAMS = 10_000
TOPICS = 50
STARTS = 5
SETTLE_S = 1.0  # for what the last connections have left to do
KEEPALIVE_S = 45.0  # the default: in this time each stream gets one sign of life


async def measure(folder: Path) -> list[Figure]:
    return [
        *await start_and_stop(folder),
        *await idle_streams(folder, "json", target=20),
        *await idle_streams(folder, "ws", target=25),
    ]


async def start_and_stop(folder: Path) -> list[Figure]:
    """Several starts, the first of which makes the database and the keys; then one stop with streams open."""
    server = Server(folder / "life")
    times = []
    for _ in range(STARTS):
        began_at = time.monotonic()
        await server.start()
        times.append(time.monotonic() - began_at)
        await server.stop()
    await server.start()
    async with crowd_of(server) as crowd:
        await asyncio.sleep(SETTLE_S)
        idle_kib = rss_kib(server.pid)
        await crowd.hear()
        await crowd.ask(kind="json", count=STREAMS, topics=TOPICS)
        began_at = time.monotonic()
        code = await server.stop()
        stop_s = time.monotonic() - began_at
    await server.close()
    assert code == 0, f"exit code {code}"
    return [
        Figure("start to ready", median(times), "s", target=1, at_most=True, beside=f"the first {times[0]:.2f} s"),
        Figure(f"SIGTERM to end with {STREAMS:,} streams open", stop_s, "s", target=3, at_most=True),
        Figure("memory of an idle server", idle_kib / 1024, "MiB", target=70, at_most=True),
    ]


async def idle_streams(folder: Path, kind: str, target: float) -> list[Figure]:
    """A server of its own for each kind, so that none lives in the memory that another one left."""
    server = Server(folder / kind)
    await server.start()
    try:
        async with crowd_of(server) as crowd:
            await crowd.hear()
            await asyncio.sleep(SETTLE_S)
            before = rss_kib(server.pid)
            opened = await crowd.ask(kind=kind, count=STREAMS, topics=TOPICS)
            await asyncio.sleep(SETTLE_S)
            each = (rss_kib(server.pid) - before) / STREAMS
            share = await load_of(server.pid, KEEPALIVE_S)
            await crowd.ask(drop=True)
            await asyncio.sleep(SETTLE_S)
            kept = (rss_kib(server.pid) - before) / 1024
    finally:
        await server.close()
    beside = f"opened at {opened['per_s']:,.0f}/s; {kept:.0f} MiB kept when all have gone"
    return [
        Figure(f"memory of an idle {kind} stream", each, "KiB", target=target, at_most=True, beside=beside),
        Figure(f"processor for {STREAMS:,} idle {kind} streams", share, "% of one", target=5, at_most=True),
    ]


def crowd_of(server: Server) -> AbstractAsyncContextManager[Child]:
    return child("crowd", "127.0.0.1", server.url.rpartition(":")[2])


async def load_of(pid: int, seconds: float) -> float:
    """Per cent of one processor."""
    before, began_at = cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_s(pid) - before) / (time.monotonic() - began_at) * 100
