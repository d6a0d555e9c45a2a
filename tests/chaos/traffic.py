"""Load that outlives the server: publishers that go on when it is back, readers that resume by their cursor."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

from tests.chaos.ledger import Entry, Ledger
from tests.harness.reader import Ended, Reader
from tests.harness.server import Server

LONGEST_WAIT_S = 30
BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError)


class Traffic:
    """Publishers in closed loops. `up` is set while the server is there to be talked to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ledger = Ledger()
        self.up = asyncio.Event()
        self.up.set()
        self._stopping = False

    @asynccontextmanager
    async def flowing(self, *topics: str, pause_s: float = 0.0) -> AsyncIterator[None]:
        """One publisher for each topic named; on leaving, each finishes what it has begun."""
        self._stopping = False
        publishers = [asyncio.create_task(self._publish_on(topic, pause_s)) for topic in topics]
        try:
            yield
        finally:
            self._stopping = True
            self.up.set()
            await asyncio.gather(*publishers)

    async def _publish_on(self, topic: str, pause_s: float) -> None:
        while not self._stopping:
            await self.up.wait()
            await self.publish(topic)
            await asyncio.sleep(pause_s)

    async def publish(self, topic: str, padding: int = 0) -> Entry:
        """One message, with its entry in the ledger. `padding` is the length of a title that makes it large."""
        entry = self.ledger.intend(topic)
        headers = {"Title": "x" * padding} if padding else {}
        timeout = aiohttp.ClientTimeout(total=LONGEST_WAIT_S)
        try:
            async with self.server.request(
                "POST", f"/{topic}", data=entry.text, headers=headers, timeout=timeout
            ) as answer:
                body = await answer.json()
        except aiohttp.ClientConnectorError:
            entry.refuse(0)
        except BROKEN:
            pass  # nobody knows
        else:
            if answer.status == 200:
                entry.acknowledge(body["id"])
            else:
                entry.refuse(answer.status, answer.headers.get("Retry-After"))
        return entry


class Follower:
    """A reader that comes back with `since=<the last ID>` whenever its stream ends."""

    def __init__(self, traffic: Traffic, topics: str, form: str = "json") -> None:
        self.received: list[dict[str, Any]] = []
        self._traffic, self._topics, self._form = traffic, topics, form
        self._changed = asyncio.Condition()
        self.resumed = -1

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Follower"]:
        task = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool], timeout_s: float = LONGEST_WAIT_S) -> None:
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(condition)

    async def catch_up(self) -> None:
        """Wait for every acknowledged message of the ledger; a lost one is left to the ledger's own judgement."""
        topics = self._topics.split(",")
        wanted = {entry.id for entry in self._traffic.ledger.entries.values() if entry.id and entry.topic in topics}
        seen = 0

        def complete() -> bool:
            nonlocal seen
            wanted.difference_update(message["id"] for message in self.received[seen:])
            seen = len(self.received)
            return not wanted

        with suppress(TimeoutError):
            await self.until(complete)

    async def _read(self) -> None:
        while True:
            await self._traffic.up.wait()
            try:
                await self._read_once()
            except (Ended, *BROKEN):
                pass

    async def _read_once(self) -> None:
        since = self.received[-1]["id"] if self.received else "all"
        async with Reader(self._traffic.server, self._topics, self._form, since=since) as reader:
            self.resumed += 1
            while True:
                message = await reader.message()
                async with self._changed:
                    self.received.append(message)
                    self._changed.notify_all()
