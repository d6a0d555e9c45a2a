"""The test push and the activation push."""

import asyncio

import pytest

from pushbell.deliver.trial import MOST_AT_ONCE, Trials
from pushbell.store import DeviceState, Receipt
from tests.harness.answers import accept, answer, apple, fcm_wrong_key, gone


async def run(engine, device):
    return [stage async for stage in engine.deliverer.trials.run(device)]


def names(stages):
    return [stage["stage"] for stage in stages]


async def test_a_test_push_shows_its_stages_until_the_phone_shows_it(engine, service):
    phone = service.phone()
    device = await engine.subscribe(phone)

    async def worker():
        push = await phone.next_push()
        shown = push.json["notification"]
        assert shown["title"]
        assert shown["data"]["event"] == "test"
        test = shown["data"]["id"]
        assert engine.deliverer.trials.note(Receipt(id=test, received_at=1.0))
        assert engine.deliverer.trials.note(Receipt(id=test, received_at=1.0, shown_at=2.0))
        return test

    stages, test = await asyncio.gather(run(engine, device), worker())
    assert names(stages) == ["signed", "accepted", "received", "shown"]
    assert stages[1]["status"] == 201
    assert [stage["ms"] for stage in stages] == sorted(stage["ms"] for stage in stages)
    assert not engine.deliverer.trials.note(Receipt(id=test, shown_at=2.0))
    assert (await engine.store.deliveries.balance()).accepted == 0


async def test_one_receipt_may_say_it_all(engine, service):
    phone = service.phone()
    device = await engine.subscribe(phone)
    running = asyncio.create_task(run(engine, device))
    test = (await phone.next_push()).json["notification"]["data"]["id"]
    engine.deliverer.trials.note(Receipt(id=test, received_at=1.0, shown_at=2.0))
    assert names(await running) == ["signed", "accepted", "received", "shown"]


@pytest.mark.parametrize(
    ("behaviour", "status", "state"),
    [
        (gone, 410, DeviceState.DEAD),
        (fcm_wrong_key, 403, DeviceState.WRONG_KEY),
        (apple(403, "BadJwtToken"), 403, DeviceState.ACTIVE),
        (answer(503), 503, DeviceState.ACTIVE),
    ],
)
async def test_a_failure_is_told_with_its_reason(engine, service, behaviour, status, state):
    phone = service.phone()
    phone.answer_with(behaviour)
    device = await engine.subscribe(phone)
    stages = await run(engine, device)
    assert names(stages) == ["signed", "failed"]
    assert stages[1]["status"] == status
    assert stages[1]["reason"]
    assert (await engine.store.devices.device(device.id)).state is state


async def test_silence_ends_with_a_timeout(engine, service):
    device = await engine.subscribe(service.phone())
    trials = Trials(engine.store.devices, engine.sender, engine.clock, longest_s=0.05)
    stages = [stage async for stage in trials.run(device)]
    assert names(stages) == ["signed", "accepted", "timeout"]


async def test_too_many_tests_at_once_are_refused(engine, service):
    device = await engine.subscribe(service.phone())
    running = [engine.deliverer.trials.run(device) for _ in range(MOST_AT_ONCE)]
    for stages in running:
        assert (await anext(stages))["stage"] == "signed"
    assert names(await run(engine, device)) == ["failed"]
    for stages in running:
        await stages.aclose()
    one_more = engine.deliverer.trials.run(device)
    assert (await anext(one_more))["stage"] == "signed"
    await one_more.aclose()


async def test_a_new_device_is_sent_its_token_in_a_push_that_shows_something(engine, service):
    phone = service.phone()
    device = await engine.subscribe(phone, state=DeviceState.PENDING)
    engine.deliverer.announce(device, "the-token")
    push = await phone.next_push()
    assert push.json["notification"]["title"] == "Notifications are on"
    assert push.json["notification"]["data"] == {"event": "activation", "token": "the-token"}


async def test_an_activation_push_is_tried_again(engine, service):
    phone = service.phone()
    phone.answer_with(answer(503), accept)
    device = await engine.subscribe(phone, state=DeviceState.PENDING)
    engine.deliverer.announce(device, "the-token")
    await phone.next_push()
    assert len(phone.attempts) == 2


async def test_an_activation_push_that_is_refused_is_logged_without_the_endpoint(engine, service, caplog):
    phone = service.phone()
    phone.answer_with(apple(403, "BadJwtToken"))
    device = await engine.subscribe(phone, state=DeviceState.PENDING)
    engine.deliverer.announce(device, "the-token")
    await service.until(lambda: len(phone.attempts) == 2)
    while not caplog.records:
        await asyncio.sleep(0.005)
    [record] = caplog.records
    assert record.message == "activation push failed"
    assert "the-token" not in str(record.fields)
    assert phone.token not in str(record.fields["service"])
