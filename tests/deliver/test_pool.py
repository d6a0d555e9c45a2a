"""Who may use a connection, and who waits."""

import asyncio

import pytest

from pushbell.deliver.answer import TransportError
from pushbell.deliver.pool import Pool


def soon() -> float:
    return asyncio.get_running_loop().time() + 0.01


async def test_who_waits_for_too_long_is_sent_away() -> None:
    pool = Pool(1)
    await pool.enter(soon())
    with pytest.raises(TransportError, match="no connection was free in time"):
        await pool.enter(soon())
    pool.leave()
    await pool.enter(soon())
    pool.leave()
    assert pool.is_unused


async def test_who_waits_is_next() -> None:
    pool = Pool(1)
    await pool.enter(soon())
    waiting = asyncio.create_task(pool.enter(soon() + 10))
    await asyncio.sleep(0)
    assert not waiting.done()
    pool.leave()
    await waiting
    assert not pool.is_unused


async def test_who_is_cancelled_while_waiting_keeps_no_place() -> None:
    pool = Pool(1)
    await pool.enter(soon())
    waiting = asyncio.create_task(pool.enter(soon() + 10))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    pool.leave()
    assert pool.is_unused
    await pool.enter(soon())
