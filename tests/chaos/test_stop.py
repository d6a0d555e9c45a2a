"""SIGTERM under load: whoever is being answered gets the answer, streams end, and it is over within three seconds."""

import asyncio
import secrets
import time
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.chaos.books import read_books
from tests.chaos.ledger import Outcome
from tests.chaos.traffic import Follower, Traffic

TOPICS = tuple(f"topic{number}" for number in range(4))
STREAMS = 30
LONGEST_STOP_S = 3.0


async def test_a_stop_answers_what_is_in_flight(server):
    await stop_and_start(server, rounds=2)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_fifty_stops_answer_what_is_in_flight(server):
    await stop_and_start(server, rounds=50)


async def stop_and_start(server, rounds):
    traffic = Traffic(server)
    follower = Follower(traffic, ",".join(TOPICS))
    async with follower.reading(), traffic.flowing(*TOPICS * 4):
        took_s = [await stop(traffic) for _ in range(rounds)]
        await follower.until(lambda: follower.resumed == rounds)
    async with follower.reading():
        await follower.catch_up()
    await server.stop()
    assert max(took_s) <= LONGEST_STOP_S
    assert traffic.ledger.faults(follower.received) == []
    acknowledged = traffic.ledger.of(Outcome.ACKNOWLEDGED)
    assert sorted(read_books(server).texts) == sorted(entry.text for entry in acknowledged)
    print(
        f"{rounds} stops: {max(took_s):.2f} s at most; {len(acknowledged)} acknowledged and stored, "
        f"{len(traffic.ledger.of(Outcome.UNKNOWN))} never answered and never stored"
    )


async def stop(traffic: Traffic) -> float:
    """After a random time under load, with streams open; returns how long it took."""
    server = traffic.server
    async with AsyncExitStack() as stack:
        streams = [await open_stream(stack, server) for _ in range(STREAMS)]
        await asyncio.sleep((50 + secrets.randbelow(250)) / 1000)
        traffic.up.clear()
        began_at = time.monotonic()
        assert await server.stop() == 0
        took_s = time.monotonic() - began_at
        for stream in streams:
            assert b'"event":"open"' in await stream.read()  # an end, not a break: that would raise
    await server.start()
    traffic.up.set()
    return took_s


async def open_stream(stack: AsyncExitStack, server) -> aiohttp.ClientResponse:
    stream = await stack.enter_async_context(server.request("GET", f"/{TOPICS[0]}/json"))
    assert stream.status == 200
    return stream
