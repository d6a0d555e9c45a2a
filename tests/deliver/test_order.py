"""Who is served first, and in which order one phone gets its messages."""

import asyncio

import msgspec

from tests.harness.answers import accept, answer, held
from tests.harness.engine import QUICK, Engine, bodies


async def test_urgent_messages_go_first(service, tmp_path):
    until = asyncio.Event()
    async with Engine(tmp_path, service, policy=msgspec.structs.replace(QUICK, concurrency=1)) as engine:
        phones = [service.phone() for _ in range(20)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        service.answer_with(held(until))
        await engine.publish("door", "calm")
        await service.until(lambda: len(service.attempts) == 1)
        await engine.publish("door", "urgent", priority=5)
        await asyncio.sleep(0.05)
        until.set()
        await engine.settled()
    order = bodies(service.attempts)
    assert order.count("urgent") == 20
    assert order[-1] == "calm"
    assert order.index("urgent") == 1
    assert order[1:24].count("urgent") >= 20  # one turn in eight belongs to the others


async def test_one_phone_gets_its_messages_in_order_even_if_some_fail(engine, service):
    phone, other = service.phone(), service.phone()
    phone.answer_with(accept, answer(500), accept, answer(429), answer(503), accept)
    await engine.subscribe(phone, "door")
    await engine.subscribe(other, "door")
    numbers = [str(number) for number in range(150)]
    for number in numbers:
        await engine.publish("door", number)
    await engine.settled()
    assert bodies(phone.pushes) == numbers
    assert bodies(other.pushes) == numbers


async def test_a_long_burst_for_one_phone_does_not_keep_another_waiting(service, tmp_path):
    until = asyncio.Event()
    policy = msgspec.structs.replace(QUICK, waiting_per_device=4, open_fanouts=20, page=5)
    async with Engine(tmp_path, service, policy=policy) as engine:
        slow, quick = service.phone(), service.phone()
        slow.answer_with(held(until))
        await engine.subscribe(slow, "chatter")
        await engine.subscribe(quick, "door")
        await asyncio.gather(*(engine.publish("chatter", str(number)) for number in range(200)))
        await engine.publish("door", "open")
        await quick.next_push(2.0)
        assert not slow.pushes
        until.set()
        await engine.settled()
        assert len(slow.pushes) == 200
        published = list(await engine.store.messages.messages_since(["chatter"], 0, 10_000, 1000))
        assert bodies(slow.pushes) == [message.message for message in published]


async def test_what_was_replaced_meanwhile_is_not_sent(engine, service):
    phone = service.phone()
    await engine.subscribe(phone, "backup")
    until = asyncio.Event()
    phone.answer_with(held(until, answer(503)), accept)
    first = await engine.publish("backup", "10 %", sequence_id="b")
    await service.until(lambda: len(service.attempts) == 1)
    second = await engine.publish("backup", "20 %", sequence_id="b")
    third = await engine.publish("backup", "30 %", sequence_id="b")
    until.set()
    await engine.settled()
    assert bodies(phone.pushes) == ["30 %"]
    assert [*await engine.states(first), *await engine.states(second)] == ["filtered"] * 2
    assert await engine.states(third) == ["delivered"]


async def test_a_delete_right_after_its_message_is_not_lost(engine, service):
    phone = service.phone()
    await engine.subscribe(phone, "door")
    until = asyncio.Event()
    phone.answer_with(held(until), accept)
    await engine.publish("door", "1", sequence_id="bell")
    await service.until(lambda: len(service.attempts) == 1)
    deleted = await engine.retract("door", "bell")
    until.set()
    await engine.settled()
    assert await engine.states(deleted) == ["delivered"]
