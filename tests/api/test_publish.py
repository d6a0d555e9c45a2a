"""Publishing through the front door. What single requests are answered is in `tests/wire`."""

import asyncio
import time
from collections import Counter

import aiohttp
import pytest

from tests.harness.reader import Reader
from tests.harness.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_many_publishers_at_once_all_get_their_own_message(shared_server: Server, topic):
    sent = await asyncio.gather(*(shared_server.publish(topic, f"message {number}") for number in range(300)))
    stored = await shared_server.poll(topic)
    assert Counter(event["message"] for event in sent) == Counter(f"message {number}" for number in range(300))
    assert len({event["id"] for event in sent}) == 300
    assert sorted(stored, key=lambda event: event["id"]) == sorted(sent, key=lambda event: event["id"])


async def test_one_publisher_after_the_other_is_stored_in_that_order(shared_server: Server, topic):
    sent = [await shared_server.publish(topic, str(number)) for number in range(20)]
    assert await shared_server.poll(topic) == sent


async def test_the_time_is_when_it_was_published(shared_server: Server, topic):
    before = int(time.time())
    sent = await shared_server.publish(topic, "now")
    assert before <= sent["time"] <= time.time()


async def test_a_message_is_readable_as_soon_as_its_publisher_has_the_answer(shared_server: Server, topic):
    async with Reader(shared_server, topic) as live:
        await live.next()
        for number in range(50):
            sent = await shared_server.publish(topic, str(number))
            stored = await shared_server.poll(topic, "&since=latest")
            assert stored == [sent] == [await live.next()]


async def test_all_versions_of_a_notification_are_kept_in_order(shared_server: Server, topic):
    first = await shared_server.publish(topic, "10 %")
    later = [await shared_server.publish(f"{topic}/{first['id']}", f"{percent} %") for percent in (50, 100)]
    assert await shared_server.poll(topic) == [first, *later]
    assert {event["sequence_id"] for event in later} == {first["id"]}


async def test_a_publisher_that_leaves_before_its_answer_does_no_harm(shared_server: Server, topic):
    host, _, port = shared_server.url.removeprefix("http://").rpartition(":")
    data = f"POST /{topic} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ngone".encode()
    for _ in range(50):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(data)
        writer.transport.abort()
    sent = await shared_server.publish(topic, "still here")
    stored = await shared_server.poll(topic)
    assert sent in stored
    assert {event["message"] for event in stored} <= {"gone", "still here"}
    assert "Traceback" not in shared_server.log


async def test_messages_expire(tmp_path):
    server = await Server(tmp_path / "data", PUSHBELL_MESSAGES_KEEP_FOR="1s").start()
    try:
        sent = await server.publish("short-lived", "going")
        assert sent["expires"] == sent["time"] + 1
        async with asyncio.timeout(5):
            while await server.poll("short-lived"):
                pass
        assert await server.poll("short-lived", f"&since={sent['id']}") == []
    finally:
        await server.close()


async def test_what_was_answered_survives_a_kill_and_readers_go_on_where_they_were(tmp_path):
    server = await Server(tmp_path / "data").start()
    try:
        sent = [await server.publish("door", str(number)) for number in range(5)]
        await server.kill()
        await server.start()
        assert await server.poll("door") == sent
        sent.append(await server.publish("door", "after"))
        async with Reader(server, "door", since=sent[2]["id"]) as reader:
            assert [await reader.message() for _ in range(3)] == sent[3:]
    finally:
        await server.close()


@pytest.mark.parametrize("form", ["json", "sse", "ws"])
async def test_a_server_that_stops_ends_its_streams_properly(tmp_path, form):
    server = await Server(tmp_path / "data").start()
    try:
        async with Reader(server, "door", form) as reader:
            await reader.next()
            sent = await server.publish("door", "closing")
            assert await server.stop() == 0
            assert await reader.rest() == [sent]
        with pytest.raises(aiohttp.ClientConnectorError):
            await server.publish("door", "too late")
    finally:
        await server.close()
