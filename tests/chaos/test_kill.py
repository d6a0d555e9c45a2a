"""kill -9 under load, again and again: nothing that was acknowledged is lost, for readers and for devices."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest

from tests.chaos.books import read_books
from tests.chaos.ledger import Outcome
from tests.chaos.traffic import Follower, Traffic
from tests.harness.device import AppDevice, message_of
from tests.harness.push_service import Push

TOPICS = tuple(f"topic{number}" for number in range(8))
PUSHED = "pushed"  # the topic that devices follow
PUBLISHERS = (*TOPICS, *TOPICS, PUSHED)
DEVICES = 3
SHORTEST_MS = 50

# How long an outcome may stay out of the database: what was accepted earlier is not sent again after a kill.
UNSETTLED_S = 0.5
DOUBLES_PER_KILL = 16


async def test_ten_kills_lose_nothing(server, device, push_service):
    await survive(server, device, push_service, kills=10, longest_ms=300)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_kills_lose_nothing(server, device, push_service):
    await survive(server, device, push_service, kills=200, longest_ms=1500)


async def survive(server, device, push_service, *, kills, longest_ms):
    devices = [await device(f"Phone {number}").subscribe(PUSHED) for number in range(DEVICES)]
    traffic = Traffic(server)
    async with AsyncExitStack() as stack:
        everything = await stack.enter_async_context(Follower(traffic, ",".join((*TOPICS, PUSHED))).reading())
        single = await stack.enter_async_context(Follower(traffic, PUSHED, "sse").reading())
        async with traffic.flowing(*PUBLISHERS):
            killed_at = [await kill(traffic, longest_ms) for _ in range(kills)]
        await everything.catch_up()
        await single.catch_up()
        wanted = {message["id"] for message in everything.received if message["topic"] == PUSHED}
        pushes = [Received(each) for each in devices]
        await push_service.until(lambda: all(each.has(wanted) for each in pushes), timeout_s=60)
    assert await server.stop() == 0

    assert traffic.ledger.faults(everything.received) == []
    pushed_ones = [message for message in everything.received if message["topic"] == PUSHED]
    assert [message["id"] for message in single.received] == [message["id"] for message in pushed_ones]
    assert single.resumed >= kills / 2, "the reader has to be there to be cut off"
    doubles = [double for each in pushes for double in each.doubles()]
    assert [pair for pair in doubles if not is_excused(*pair, killed_at)] == []
    assert len(doubles) <= DOUBLES_PER_KILL * kills
    books = read_books(server)
    assert books.faults() == []
    assert sorted(books.texts) == sorted(message["message"] for message in everything.received)
    assert (books.accepted, books.pending) == (len(wanted) * DEVICES, 0)
    assert books.states == {"delivered": len(wanted) * DEVICES}

    acknowledged, unknown = traffic.ledger.of(Outcome.ACKNOWLEDGED), traffic.ledger.of(Outcome.UNKNOWN)
    print(
        f"{kills} kills: {len(acknowledged)} acknowledged, 0 lost; {len(unknown)} unknown, "
        f"{len(everything.received) - len(acknowledged)} of them stored; "
        f"{books.accepted} deliveries, {len(doubles)} of them twice"
    )


async def kill(traffic: Traffic, longest_ms: int) -> float:
    """After a random time under load; returns the instant (Unix time)."""
    await asyncio.sleep((SHORTEST_MS + secrets.randbelow(longest_ms - SHORTEST_MS)) / 1000)
    traffic.up.clear()
    killed_at = time.time()
    await traffic.server.kill()
    await traffic.server.start()
    traffic.up.set()
    return killed_at


class Received:
    """The pushes of one device by message ID."""

    def __init__(self, device: AppDevice) -> None:
        self._pushes = device.phone.pushes
        self._read = 0
        self._by_id: dict[str, list[Push]] = {}

    def has(self, ids: set[str]) -> bool:
        while self._read < len(self._pushes):
            push = self._pushes[self._read]
            self._by_id.setdefault(message_of(push).get("id", ""), []).append(push)  # an activation has none
            self._read += 1
        return ids <= self._by_id.keys()

    def doubles(self) -> list[tuple[Push, Push]]:
        """Pairs of one push and the next one with the same message."""
        return [pair for pushes in self._by_id.values() for pair in pairwise(pushes)]


def is_excused(first: Push, second: Push, killed_at: Sequence[float]) -> bool:
    """Whether a kill came between them just after the first, and a device shows them as one notification."""
    same = first.json["notification"]["tag"] == second.json["notification"]["tag"] and first.topic == second.topic
    return same and any(first.at - UNSETTLED_S < at < second.at and at - first.at < UNSETTLED_S for at in killed_at)
