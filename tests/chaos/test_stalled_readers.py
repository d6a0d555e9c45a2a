"""Readers that stop reading in the middle of the traffic: they cost little, harm nobody, and lose nothing."""

import asyncio
import time
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.harness.reader import FORMS_WITH_IDS, Reader
from tests.harness.server import Server
from tests.harness.stalled import StalledReader, open_streams

HEALTHY = 6
EVERY_S = 0.02
TOPIC = "traffic"


class Traffic:
    """Publishes at a steady pace until told to stop; knows what was sent, and when."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.sent: list[str] = []
        self.sent_at: dict[str, float] = {}
        self.largest_rss = 0

    async def run(self, timeout_s: float) -> None:
        """Publish until only the healthy streams are left, then once more."""
        async with asyncio.timeout(timeout_s):
            while await open_streams(self._server) > HEALTHY:
                await self._publish()
                await asyncio.sleep(EVERY_S)
        await self._publish()

    async def _publish(self) -> None:
        at = time.monotonic()
        message = await self._server.publish(TOPIC, "x" * 1000)
        self.sent.append(message["id"])
        self.sent_at[message["id"]] = at
        self.largest_rss = max(self.largest_rss, resident_bytes(self._server))


class Follower:
    """A healthy reader of everything; notes what came and when."""

    def __init__(self, server: Server, form: str) -> None:
        self._reader = Reader(server, TOPIC, form)
        self.came_at: dict[str, float] = {}

    async def run(self, opened: asyncio.Barrier) -> None:
        async with self._reader as reader:
            await reader.next()
            await opened.wait()
            while True:
                message = await reader.message()
                self.came_at[message["id"]] = time.monotonic()

    async def has(self, message_id: str) -> None:
        async with asyncio.timeout(10):
            while message_id not in self.came_at:
                await asyncio.sleep(0)


def resident_bytes(server: Server) -> int:
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * 4096


@pytest.mark.parametrize(
    ("count", "write_timeout_s", "closed_within_s"),
    [
        pytest.param(100, 2, 15, id="quick"),
        pytest.param(1000, 15, 60, id="thousand", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
async def test_stalled_readers_are_closed_and_resume_while_the_others_go_on(
    tmp_path, count, write_timeout_s, closed_within_s
):
    server = await Server(
        tmp_path / "data", PUSHBELL_STREAMS_WRITE_TIMEOUT=f"{write_timeout_s}s", PUSHBELL_METRICS_ENABLED="true"
    ).start()
    followers = [Follower(server, form) for form in islice(cycle(FORMS_WITH_IDS), HEALTHY)]
    opened = asyncio.Barrier(HEALTHY + 1)
    stalled: list[StalledReader] = []
    following = [asyncio.create_task(follower.run(opened)) for follower in followers]
    try:
        await opened.wait()
        stalled += [await StalledReader.open(server, TOPIC, form) for form in islice(cycle(FORMS_WITH_IDS), count)]
        rss, started = resident_bytes(server), time.monotonic()
        traffic = Traffic(server)
        await traffic.run(closed_within_s)
        took_s = time.monotonic() - started

        assert traffic.largest_rss - rss < 64_000_000
        for follower in followers:
            await follower.has(traffic.sent[-1])
            assert list(follower.came_at) == traffic.sent
        delays_s = sorted(at - traffic.sent_at[one] for follower in followers for one, at in follower.came_at.items())
        assert delays_s[len(delays_s) * 99 // 100] < 1
        print(
            f"{count} stalled readers: all closed after {took_s:.1f} s and {len(traffic.sent)} messages, "
            f"RSS +{(traffic.largest_rss - rss) / 1e6:.1f} MB, "
            f"others p50 {delays_s[len(delays_s) // 2]:.3f} s, p99 {delays_s[len(delays_s) * 99 // 100]:.3f} s"
        )
        for reader in stalled:
            arrived = [event["id"] for event in await reader.drain()]
            assert arrived == traffic.sent[: len(arrived)]
            missed = await server.poll(TOPIC, f"&since={arrived[-1]}")
            assert arrived + [event["id"] for event in missed] == traffic.sent
    finally:
        for reader in stalled:
            reader.close()
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await server.close()
