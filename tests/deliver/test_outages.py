"""Push services that fail, are slow, or ask for patience: nothing is lost, and nobody else waits."""

import asyncio

import msgspec

from pushbell.deliver.breaker import BreakerPolicy
from tests.harness.answers import accept, answer, reset, silent
from tests.harness.engine import QUICK, Engine, bodies
from tests.harness.push_service import PushService


async def test_retry_after_is_honoured(engine, service):
    phone = service.phone()
    phone.answer_with(answer(429, Retry_After="1"), accept)
    await engine.subscribe(phone, "door")
    await engine.publish("door", "1")
    await engine.publish("door", "2")
    await engine.settled()
    waited_s = phone.attempts[1].at - phone.attempts[0].at
    assert 1.0 <= waited_s < 1.5
    assert bodies(phone.pushes) == ["1", "2"]


async def test_a_push_service_that_is_down_gets_everything_when_it_is_back(service, tmp_path):
    patient = msgspec.structs.replace(QUICK, retries_s=(0.01, 30.0))  # only the recovery can bring the second retry
    async with Engine(tmp_path, service, policy=patient) as engine:
        phones = [service.phone() for _ in range(30)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        service.answer_with(answer(500))
        first = await engine.publish("door", "1")
        await service.until(lambda: len(service.attempts) >= 20)
        second = await engine.publish("door", "2", priority=5)
        service.answer_with(accept)
        await engine.settled()
        assert await engine.states(first) == await engine.states(second) == ["delivered"] * 30


async def test_while_a_push_service_is_down_it_gets_single_probes_only(engine, service, caplog):
    caplog.set_level("INFO")
    phones = [service.phone() for _ in range(40)]
    for phone in phones:
        await engine.subscribe(phone, "door")
    service.answer_with(answer(500))
    await engine.publish("door", "1")
    while "push service is failing: pausing" not in caplog.messages:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.2)  # those that were on their way arrive
    before = len(service.attempts)
    await asyncio.sleep(0.8)
    assert len(service.attempts) - before <= 4
    for number in range(2, 7):
        await engine.publish("door", str(number))
    service.answer_with(accept)
    await engine.settled()
    assert all(bodies(phone.pushes) == ["1", "2", "3", "4", "5", "6"] for phone in phones)
    assert caplog.messages.count("push service is back") == 1


async def test_a_black_hole_does_not_delay_another_push_service(tmp_path):
    async with PushService() as healthy, PushService() as hole:
        hole.answer_with(silent)
        async with Engine(tmp_path, healthy, hole, timeout_s=5.0) as engine:
            phone = healthy.phone()
            await engine.subscribe(phone, "door")
            for _ in range(50):
                await engine.subscribe(hole.phone(), "door")
            for number in range(20):
                began_at = asyncio.get_running_loop().time()
                await engine.publish("door", str(number))
                await phone.next_push()
                assert asyncio.get_running_loop().time() - began_at < 0.5
            balance = await engine.store.deliveries.balance()
            assert balance.is_exact
            assert len(hole.clients) <= 16


async def test_a_backlog_drains_in_order_and_what_is_urgent_passes_it(service, tmp_path):
    slow = msgspec.structs.replace(QUICK, retries_s=(0.5,), jitter=0.0, breaker=BreakerPolicy(least_attempts=10**6))
    numbers = [str(number) for number in range(20)]
    service.answer_with(answer(503))
    async with Engine(tmp_path, service, policy=slow) as engine:
        phones = [service.phone() for _ in range(50)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        for number in numbers:
            await engine.publish("door", number)
        while await engine.store.deliveries.open_fanouts(service.origin, urgent=False, after=0, limit=1):
            await asyncio.sleep(0.01)
    service.answer_with(accept)
    async with Engine(tmp_path, service) as engine:
        await engine.publish("door", "fresh", priority=5)
        await engine.settled()
    for phone in phones:
        assert bodies(phone.pushes).index("fresh") <= 2
        assert [body for body in bodies(phone.pushes) if body != "fresh"] == numbers


async def test_a_single_phone_is_tried_as_often_as_its_service_not_ever_more_rarely(service, tmp_path):
    patient = msgspec.structs.replace(QUICK, retries_s=(0.01, 0.01, 0.01, 0.01, 60.0))
    async with Engine(tmp_path, service, policy=patient) as engine:
        phone = service.phone()
        await engine.subscribe(phone, "door")
        service.answer_with(reset)
        sent = await engine.publish("door", "open")
        await service.until(lambda: len(service.attempts) >= 7)  # five failures, then probes
        service.answer_with(accept)
        await engine.settled()
        assert (await engine.delivery(sent)).attempts == 5
