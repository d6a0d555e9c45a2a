"""Somebody else holds the database's lock, as a backup script or a curious operator with sqlite3 does."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.chaos.books import read_books
from tests.chaos.ledger import Outcome
from tests.chaos.traffic import Follower, Traffic

TOPICS = tuple(f"topic{number}" for number in range(8))
PATIENCE_S = 5.0  # how long a publish waits for the lock
SLACK_S = 1.0  # what a loaded machine may add
SLOWEST_HEALTH_S = 0.5


async def test_a_lock_of_a_second_only_delays(server):
    traffic = await under_lock(server, locked_s=1.0)
    assert traffic.ledger.of(Outcome.REFUSED) == []


@pytest.mark.long
async def test_a_long_lock_is_answered_with_503(server):
    traffic = await under_lock(server, locked_s=12.0)
    refused = traffic.ledger.of(Outcome.REFUSED)
    assert {entry.status for entry in refused} == {503}
    assert all(entry.retry_after for entry in refused)
    assert min(entry.took_s for entry in refused) >= PATIENCE_S - SLACK_S, "it gave up too early"


async def under_lock(server, locked_s):
    """Traffic before, during and after; a reader that must not notice more than silence."""
    traffic = Traffic(server)
    async with Follower(traffic, ",".join(TOPICS)).reading() as follower, traffic.flowing(*TOPICS):
        await follower.until(lambda: len(follower.received) >= 20)
        asking = asyncio.create_task(ask_health(server, locked_s))
        with lock(server):
            await asyncio.sleep(locked_s)
        freed_at = time.monotonic()
        await follower.until(lambda: any(each.intended_at > freed_at for each in acknowledged(traffic)))
        took_s = max(entry.took_s for entry in traffic.ledger.entries.values() if entry.status)
        assert took_s <= min(locked_s, PATIENCE_S) + SLACK_S
        asked_s = await asking
        assert max(asked_s) <= SLOWEST_HEALTH_S
    async with follower.reading():
        await follower.catch_up()
    assert follower.resumed <= 1, "the stream was cut"
    assert traffic.ledger.faults(follower.received) == []
    assert await server.stop() == 0
    assert len(read_books(server).texts) == len(follower.received)
    print(
        f"locked for {locked_s} s: a publish took {took_s:.2f} s at most, "
        f"{len(traffic.ledger.of(Outcome.REFUSED))} of {len(traffic.ledger.entries)} refused; "
        f"health answered within {max(asked_s) * 1000:.0f} ms"
    )
    return traffic


def acknowledged(traffic):
    return traffic.ledger.of(Outcome.ACKNOWLEDGED)


@contextmanager
def lock(server) -> Iterator[None]:
    with closing(sqlite3.connect(server.data_dir / "pushbell.db", isolation_level=None, timeout=10)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


async def ask_health(server, for_s) -> list[float]:
    """How long each answer took, all the time."""
    took_s = []
    ends_at = time.monotonic() + for_s
    while time.monotonic() < ends_at:
        asked_at = time.monotonic()
        async with server.request("GET", "/v1/health") as answer:
            assert answer.status in (200, 503)
        took_s.append(time.monotonic() - asked_at)
        await asyncio.sleep(0.05)
    return took_s
