"""From a committed message to the phone, through a real file and a push service that checks and decrypts."""

import msgspec
import pytest

from pushbell.message import Event
from pushbell.store import DeviceState
from tests.harness.answers import (
    accept,
    answer,
    apple,
    at_most,
    fcm_wrong_key,
    gone,
    gzip_bomb,
    mozilla,
    redirect,
    reset,
    silent,
    wns_dropped,
    wns_throttled,
)
from tests.harness.engine import QUICK, Engine, bodies


async def test_a_message_reaches_every_phone_that_follows_its_topic(engine, service):
    phones = [service.phone() for _ in range(3)]
    for phone in phones:
        await engine.subscribe(phone, "door", "alerts")
    stranger = service.phone()
    await engine.subscribe(stranger, "alerts")
    sent = await engine.publish("door", "open", title="Front door", priority=5)
    for phone in phones:
        push = await phone.next_push()
        assert push.json["notification"]["body"] == "open"
        assert (push.urgency, push.json["notification"]["data"]["id"]) == ("high", sent.id)
    await engine.settled()
    assert await engine.states(sent) == ["delivered"] * 3
    assert not stranger.attempts


async def test_a_message_to_a_large_audience_is_walked_page_by_page(service, tmp_path):
    async with Engine(tmp_path, service, policy=msgspec.structs.replace(QUICK, page=7)) as engine:
        phones = [service.phone() for _ in range(60)]
        for phone in phones:
            await engine.subscribe(phone, "door")
        sent = [await engine.publish("door", str(number)) for number in range(3)]
        await engine.settled()
        assert [await engine.states(message) for message in sent] == [["delivered"] * 60] * 3
        assert all(bodies(phone.pushes) == ["0", "1", "2"] for phone in phones)


@pytest.mark.parametrize(
    ("script", "state", "attempts", "device_state"),
    [
        ([accept], "delivered", 1, DeviceState.ACTIVE),
        ([answer(202)], "delivered", 1, DeviceState.ACTIVE),
        ([gzip_bomb], "delivered", 1, DeviceState.ACTIVE),
        ([gone], "gone", 1, DeviceState.DEAD),
        ([answer(404)], "gone", 1, DeviceState.DEAD),
        ([answer(500), answer(502), accept], "delivered", 3, DeviceState.ACTIVE),
        ([mozilla(503, 202, "Service unavailable"), accept], "delivered", 2, DeviceState.ACTIVE),
        ([answer(429), accept], "delivered", 2, DeviceState.ACTIVE),
        ([wns_throttled(0), accept], "delivered", 2, DeviceState.ACTIVE),
        ([answer(408), accept], "delivered", 2, DeviceState.ACTIVE),
        ([reset, accept], "delivered", 2, DeviceState.ACTIVE),
        ([silent, accept], "delivered", 2, DeviceState.ACTIVE),
        ([apple(403, "BadJwtToken"), accept], "delivered", 1, DeviceState.ACTIVE),
        ([apple(403, "BadJwtToken")], "failed", 1, DeviceState.ACTIVE),
        ([mozilla(401, 109, "Invalid token")], "failed", 1, DeviceState.ACTIVE),
        ([fcm_wrong_key], "failed", 1, DeviceState.WRONG_KEY),
        ([apple(400, "VapidPkHashMismatch")], "failed", 1, DeviceState.WRONG_KEY),
        ([apple(400, "BadWebPushTopic")], "failed", 1, DeviceState.ACTIVE),
        ([wns_dropped], "failed", 1, DeviceState.ACTIVE),
        ([apple(413, "PayloadTooLarge")], "failed", 1, DeviceState.ACTIVE),
        ([redirect("http://127.0.0.1:1/")], "failed", 1, DeviceState.ACTIVE),
    ],
)
async def test_what_each_answer_leads_to(service, tmp_path, script, state, attempts, device_state):
    async with Engine(tmp_path, service, timeout_s=0.5 if silent in script else 10.0) as engine:
        await check_outcome(engine, service, script, state, attempts, device_state)


async def check_outcome(engine, service, script, state, attempts, device_state):
    phone = service.phone()
    phone.answer_with(*script)
    device = await engine.subscribe(phone, "door")
    sent = await engine.publish("door", "open")
    await engine.settled()
    delivery = await engine.delivery(sent)
    assert (delivery.state, delivery.attempts) == (state, attempts)
    assert delivery.reason or state == "delivered"
    assert (await engine.store.devices.device(device.id)).state is device_state


async def test_a_refusal_is_explained_and_the_phone_gets_the_next_message(engine, service, caplog):
    phone = service.phone()
    phone.answer_with(apple(403, "BadJwtToken"), apple(403, "BadJwtToken"), accept)
    await engine.subscribe(phone, "door")
    refused = await engine.publish("door", "1")
    await engine.settled()
    assert len(phone.attempts) == 2  # signed anew once
    assert "push.contact" in (await engine.delivery(refused)).reason
    [record] = [record for record in caplog.records if record.message == "delivery failed"]
    assert record.levelname == "WARNING"
    assert phone.token not in str(record.fields)
    await engine.publish("door", "2")
    await engine.settled()
    assert bodies(phone.pushes) == ["2"]


async def test_a_phone_that_is_gone_is_owed_nothing_more(engine, service):
    phone = service.phone()
    phone.answer_with(answer(503), gone)
    await engine.subscribe(phone, "door", "alerts")
    sent = [await engine.publish("door", "1"), await engine.publish("alerts", "2"), await engine.publish("door", "3")]
    await engine.settled()
    assert {state for message in sent for state in await engine.states(message)} == {"gone"}
    late = await engine.publish("door", "4")
    assert (await engine.store.deliveries.tally(late.id))["owed"] == 0
    assert len(phone.attempts) == 2


async def test_the_payload_shrinks_to_what_the_service_takes_and_that_is_remembered(engine, service):
    phone = service.phone()
    phone.answer_with(at_most(3015))
    device = await engine.subscribe(phone, "door")
    await engine.publish("door", "a" * 3800)
    push = await phone.next_push()
    assert push.json["notification"]["data"]["truncated"] is True
    await engine.settled()
    await engine.publish("door", "b" * 3800)
    await phone.next_push()
    await engine.settled()
    assert len(phone.attempts) == 3
    assert (await engine.store.devices.device(device.id)).size_limit == 2700


async def test_settings_of_the_subscription_are_applied(engine, service):
    quiet, muted, open_ended = service.phone(), service.phone(), service.phone()
    await engine.subscribe(quiet, "door", min_priority=4)
    await engine.subscribe(muted, "door", muted_until=int(engine.clock.now()) + 3600)
    await engine.subscribe(open_ended, "door", min_priority=3)
    unset, high = await engine.publish("door", "1"), await engine.publish("door", "2", priority=4)
    await engine.settled()
    assert await engine.states(unset) == ["filtered", "filtered", "delivered"]
    assert await engine.states(high) == ["delivered", "filtered", "delivered"]
    assert (bodies(quiet.attempts), muted.attempts, bodies(open_ended.attempts)) == (["2"], [], ["1", "2"])


async def test_a_delete_goes_to_those_who_got_the_message(engine, service):
    got, missed = service.phone(), service.phone()
    await engine.subscribe(got, "door")
    await engine.publish("door", "1", sequence_id="bell")
    await engine.settled()
    await engine.subscribe(missed, "door")
    deleted = await engine.retract("door", "bell")
    await engine.settled()
    assert await engine.states(deleted) == ["delivered", "filtered"]
    assert got.attempts[1].json["data"]["event"] == "message_delete"
    assert not missed.attempts


async def test_a_message_whose_time_is_over_is_not_sent(engine, service):
    phone = service.phone()
    phone.answer_with(answer(503))
    await engine.subscribe(phone, "door")
    now = int(engine.clock.now())
    late = await engine.publish("door", "1", time=now - 100, expires=now - 40)
    await engine.settled()
    assert await engine.states(late) == ["expired"]
    assert not phone.attempts


async def test_retries_end_when_the_message_expires(engine, service):
    phone = service.phone()
    phone.answer_with(answer(503))
    await engine.subscribe(phone, "door")
    now = int(engine.clock.now())
    sent = await engine.publish("door", "1", time=now - 28, expires=now - 10)  # no TTL is below 30 s
    await engine.settled()
    delivery = await engine.delivery(sent)
    assert (delivery.state, delivery.status) == ("expired", 503)
    assert len(phone.attempts) >= 2


async def test_a_clear_is_sent_like_a_delete(engine, service):
    phone = service.phone()
    await engine.subscribe(phone, "door")
    await engine.publish("door", "1", sequence_id="bell")
    await engine.settled()
    await engine.retract("door", "bell", Event.CLEAR)
    await engine.settled()
    assert phone.attempts[1].json["data"]["event"] == "message_clear"
