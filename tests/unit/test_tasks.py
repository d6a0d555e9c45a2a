"""The supervisor."""

import asyncio

import pytest

from pushbell.clock import SystemClock
from pushbell.tasks import Supervisor


@pytest.fixture
async def supervisor():
    supervisor = Supervisor(SystemClock(), first_pause_s=0.001)
    yield supervisor
    await supervisor.close()


async def test_a_task_that_fails_is_logged_and_run_again(supervisor, caplog):
    runs, done = [], asyncio.Event()

    async def fail_twice():
        runs.append(1)
        if len(runs) < 3:
            raise RuntimeError("the disk hiccups")
        done.set()

    await supervisor.start("worker", fail_twice)
    assert done.is_set()
    assert [record.message for record in caplog.records] == ["task failed"] * 2
    assert caplog.records[0].fields == {"task": "worker"}


async def test_a_task_that_returns_is_forgotten(supervisor):
    async def finish():
        pass

    await supervisor.start("short", finish)
    await asyncio.sleep(0)
    assert len(supervisor) == 0


async def test_a_single_run_is_not_repeated(supervisor, caplog):
    runs = []

    async def fail():
        runs.append(1)
        raise RuntimeError("no")

    await supervisor.once("single", fail)
    assert (len(runs), len(caplog.records)) == (1, 1)


async def test_close_ends_every_task_even_one_that_starts_others(supervisor):
    ended = []

    async def forever(name):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async def parent():
        try:
            await asyncio.Event().wait()
        finally:
            supervisor.once("child", lambda: forever("child"))
            ended.append("parent")

    supervisor.start("parent", parent)
    await asyncio.sleep(0)
    await supervisor.close()
    assert "parent" in ended
    assert len(supervisor) == 0
