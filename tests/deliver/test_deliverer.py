"""From a committed message to the phone, through a real file and a push service that checks and decrypts."""

import pytest

from tests.harness.engine import Engine
from tests.harness.push_service import PushService


@pytest.fixture
async def service():
    async with PushService() as service:
        yield service


@pytest.fixture
async def engine(service, tmp_path):
    async with Engine(tmp_path, service) as engine:
        yield engine


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
