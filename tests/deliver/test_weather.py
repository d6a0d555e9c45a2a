"""A push service in bad weather: whatever it answers, each phone gets everything once and in order."""

import asyncio
from random import Random  # noqa: TID251 - with a seed

import msgspec
import pytest

from tests.harness.answers import accept, answer
from tests.harness.engine import QUICK, Engine, bodies

WEATHER = [accept] * 6 + [answer(500), answer(503, Retry_After="0"), answer(429), answer(429, Retry_After="0")]
PHONES, TOPICS, MESSAGES = 12, ("a", "b", "c"), 60


@pytest.mark.parametrize("seed", range(4))
async def test_everything_arrives_once_and_in_order(service, tmp_path, seed):
    random = Random(seed)
    policy = msgspec.structs.replace(QUICK, holding_attempts=1000, waiting_per_device=random.choice([2, 32]), page=5)
    async with Engine(tmp_path, service, policy=policy) as engine:
        phones = [service.phone() for _ in range(PHONES)]
        follows = {phone.token: random.sample(TOPICS, random.randint(1, 3)) for phone in phones}
        for phone in phones:
            phone.answer_with(*random.choices(WEATHER, k=MESSAGES), accept)
            await engine.subscribe(phone, *follows[phone.token])
        published = {topic: [] for topic in TOPICS}
        for number in range(MESSAGES):
            topic = random.choice(TOPICS)
            await engine.publish(topic, f"{topic}{number}")
            published[topic].append(f"{topic}{number}")
            if random.random() < 0.2:
                await asyncio.sleep(random.random() * 0.05)
        await engine.settled(60)
        for phone in phones:
            got = bodies(phone.pushes)
            for topic in follows[phone.token]:
                assert [body for body in got if body[0] == topic] == published[topic]
            assert len(got) == sum(len(published[topic]) for topic in follows[phone.token])


async def test_after_crashes_everything_has_arrived_and_little_of_it_twice(service, tmp_path):
    random = Random(7)
    policy = msgspec.structs.replace(QUICK, waiting_per_device=4, page=5)
    async with Engine(tmp_path, service, policy=policy) as engine:
        phones = [service.phone() for _ in range(PHONES)]
        for phone in phones:
            phone.answer_with(*random.choices(WEATHER, k=MESSAGES), accept)
            await engine.subscribe(phone, "a")
        for number in range(MESSAGES):
            await engine.publish("a", str(number))
            if number % 15 == 14:
                await service.until(lambda number=number: len(service.attempts) > number * PHONES // 3)
                await engine.crash()
                await engine.start()
        await engine.settled(60)
        for phone in phones:
            assert set(bodies(phone.pushes)) == {str(number) for number in range(MESSAGES)}
            assert len(phone.pushes) < MESSAGES * 1.3
