"""Crashes, stops, and devices that move or leave while a message is on its way to them."""

import asyncio
import sqlite3

import msgspec

from pushbell.store import DeviceState
from tests.harness.answers import answer, gone, held, reset
from tests.harness.engine import QUICK, Engine, bodies
from tests.harness.push_service import PushService


async def test_a_crash_in_the_middle_loses_nothing(service, tmp_path):
    policy = msgspec.structs.replace(QUICK, page=10, concurrency=8)
    async with Engine(tmp_path, service, policy=policy) as engine:
        phones = [service.phone() for _ in range(100)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        sent = [await engine.publish("door", str(number)) for number in range(3)]
        for crash in range(1, 4):
            await service.until(lambda crash=crash: len(service.attempts) >= 60 * crash)
            await engine.crash()
            await engine.start()
            assert (await engine.store.deliveries.balance()).is_exact
        await engine.settled()
        assert [await engine.states(message) for message in sent] == [["delivered"] * 100] * 3
        assert all(set(bodies(phone.pushes)) == {"0", "1", "2"} for phone in phones)
        doubles = sum(len(phone.pushes) for phone in phones) - 300
        assert doubles <= 3 * (policy.concurrency + policy.unsettled)


async def test_a_stop_waits_for_what_is_on_its_way(service, tmp_path):
    engine = Engine(tmp_path, service)
    await engine.start()
    phone = service.phone()
    until = asyncio.Event()
    phone.answer_with(held(until))
    await engine.subscribe(phone, "door")
    sent = await engine.publish("door", "1")
    await service.until(lambda: len(service.attempts) == 1)
    asyncio.get_running_loop().call_later(0.1, until.set)
    await engine.stop()
    async with Engine(tmp_path, service) as again:
        await again.settled()
        assert await again.states(sent) == ["delivered"]
    assert len(phone.attempts) == 1


async def test_what_is_owed_moves_with_the_device_to_another_push_service(tmp_path):
    async with PushService() as old, PushService() as new, Engine(tmp_path, old, new) as engine:
        before, after = old.phone(), new.phone()
        old.answer_with(reset)
        device = await engine.subscribe(before, "door")
        sent = [await engine.publish("door", str(number)) for number in range(3)]
        await old.until(lambda: len(old.attempts) >= 2)
        await engine.subscribe(after, "door", id=device.id)
        await engine.settled()
        assert set(bodies(after.pushes)) == {"0", "1", "2"}
        assert {state for message in sent for state in await engine.states(message)} == {"delivered"}


async def test_a_410_for_a_replaced_endpoint_does_not_bury_the_device(engine, service):
    before, after = service.phone(), service.phone()
    until = asyncio.Event()
    before.answer_with(held(until, gone))
    device = await engine.subscribe(before, "door")
    sent = await engine.publish("door", "1")
    await service.until(lambda: len(before.attempts) == 1)
    await engine.subscribe(after, "door", id=device.id)
    until.set()
    await engine.settled()
    assert bodies(after.pushes) == ["1"]
    assert await engine.states(sent) == ["delivered"]
    assert (await engine.store.devices.device(device.id)).state is DeviceState.ACTIVE


async def test_unsubscribing_ends_what_is_owed(engine, service):
    phone = service.phone()
    phone.answer_with(answer(503, Retry_After="60"))
    device = await engine.subscribe(phone, "door")
    sent = await engine.publish("door", "1")
    await service.until(lambda: len(service.attempts) == 1)
    while await engine.states(sent) != ["due"]:
        await asyncio.sleep(0.005)
    await engine.store.devices.remove_subscription(device.id, "door")
    await engine.settled()
    assert await engine.states(sent) == ["filtered"]


async def test_outcomes_wait_for_the_disk_and_nothing_is_sent_twice(service, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("pushbell.store.sqlite.writer.PATIENCE_S", 0.05)
    async with Engine(tmp_path, service) as engine:
        phones = [service.phone() for _ in range(5)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        until = asyncio.Event()
        service.answer_with(held(until))
        sent = await engine.publish("door", "1")
        await service.until(lambda: len(service.attempts) == 5)
        other_program = sqlite3.connect(tmp_path / "pushbell.db", isolation_level=None)
        other_program.execute("BEGIN IMMEDIATE")
        until.set()
        while "outcomes wait for the disk" not in caplog.messages:
            await asyncio.sleep(0.01)
        assert await engine.states(sent) == []
        other_program.execute("ROLLBACK")
        other_program.close()
        await engine.settled()
        assert await engine.states(sent) == ["delivered"] * 5
        assert len(service.attempts) == 5
