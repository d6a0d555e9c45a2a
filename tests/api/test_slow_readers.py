"""Nobody waits for anybody: a reader that falls behind is closed, comes back by its cursor, and has lost nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.harness.reader import FORMS_WITH_IDS, Reader
from tests.harness.server import Server
from tests.harness.stalled import StalledReader, open_streams

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = {
    "PUSHBELL_STREAMS_QUEUE": "50",
    "PUSHBELL_STREAMS_WRITE_TIMEOUT": "500ms",
    "PUSHBELL_METRICS_ENABLED": "true",
}
TEXT = "x" * 4000


@pytest.fixture
def resources() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


async def publish_until_alone(server: Server, topic: str, others: int) -> list[str]:
    """Publish until only `others` streams are open; returns the IDs."""
    sent = []
    async with asyncio.timeout(30):
        while await open_streams(server) > others:
            sent.append((await server.publish(topic, TEXT))["id"])
    return sent


async def read_until(reader: Reader, text: str) -> list[str]:
    """The IDs of all messages up to the one with this text."""
    ids = []
    while True:
        message = await reader.message()
        ids.append(message["id"])
        if message["message"] == text:
            return ids


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_stalled_reader_is_closed_and_resumes_complete(shared_server: Server, topic, form, resources):
    stalled = resources.enter_context(closing(await StalledReader.open(shared_server, topic, form)))
    async with Reader(shared_server, topic, form) as healthy:
        await healthy.next()
        following = asyncio.create_task(read_until(healthy, "the end"))
        sent = await publish_until_alone(shared_server, topic, others=1)
        sent.append((await shared_server.publish(topic, "the end"))["id"])
        assert await following == sent
    arrived = [event["id"] for event in await stalled.drain()]
    assert arrived == sent[: len(arrived)]
    assert 0 < len(arrived) < len(sent)
    missed = await shared_server.poll(topic, f"&since={arrived[-1]}")
    assert arrived + [event["id"] for event in missed] == sent


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_reader_that_stalls_in_its_replay_is_closed_too(shared_server: Server, topic, form, resources):
    sent = [(await shared_server.publish(topic, TEXT))["id"] for _ in range(200)]
    stalled = resources.enter_context(closing(await StalledReader.open(shared_server, topic, form, "?since=all")))
    async with asyncio.timeout(10):
        while await open_streams(shared_server) > 0:
            await shared_server.publish(f"{topic}-other", "time passes")
    arrived = [event["id"] for event in await stalled.drain()]
    assert arrived == sent[: len(arrived)]
    assert 0 < len(arrived) < len(sent)


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_reader_that_is_slow_but_reads_is_served(shared_server: Server, topic, form):
    for _ in range(100):
        await shared_server.publish(topic, TEXT)
    async with Reader(shared_server, topic, form, since="all") as reader:
        for _ in range(100):
            await reader.message()
            await shared_server.publish(f"{topic}-other", "time passes")
