"""Streams in their four forms: open, replay, live, and how they end."""

import asyncio
import json
import random  # noqa: TID251 - a seed
from collections import Counter

import aiohttp
import pytest

from tests.harness.reader import FORMS, FORMS_WITH_IDS, Ended, Reader
from tests.harness.server import Server
from tests.harness.wire import receive, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = {"PUSHBELL_STREAMS_KEEPALIVE": "5s"}


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_stream_opens_with_the_list_of_topics_as_it_was_asked_for(shared_server: Server, topic, form):
    async with Reader(shared_server, f"{topic},a,{topic}", form) as reader:
        opened = await reader.next()
    assert opened["event"] == "open"
    assert opened["topic"] == f"{topic},a,{topic}"
    assert set(opened) == {"id", "time", "event", "topic"}


@pytest.mark.parametrize("form", FORMS)
async def test_first_what_was_missed_then_what_is_new(shared_server: Server, topic, form):
    await shared_server.publish(topic, "one")
    await shared_server.publish(topic, "two")
    async with Reader(shared_server, topic, form, since="all") as reader:
        assert [await reader.text(), await reader.text()] == ["one", "two"]
        await shared_server.publish(topic, "three")
        assert await reader.text() == "three"


@pytest.mark.parametrize("form", FORMS)
async def test_without_since_only_what_is_new(shared_server: Server, topic, form):
    await shared_server.publish(topic, "old")
    async with Reader(shared_server, topic, form) as reader:
        await reader.next()
        await shared_server.publish(topic, "new")
        assert await reader.text() == "new"


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_publisher_and_its_readers_see_the_same_message(shared_server: Server, topic, form):
    async with Reader(shared_server, topic, form) as reader:
        await reader.next()
        sent = await shared_server.publish(
            topic,
            "Tür <offen> & \u2028",
            Title="=?UTF-8?Q?T=C3=BCr?=",
            Tags="a,b",
            Priority="5",
            X_Click="c",
            Markdown="1",
        )
        assert await reader.next() == sent
    async with Reader(shared_server, topic, form, poll="1") as reader:
        assert await reader.rest() == [sent]


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_deletes_and_clears_are_told_live(shared_server: Server, topic, form):
    async with Reader(shared_server, topic, form) as reader:
        await reader.next()
        sent = await shared_server.publish(topic, "10 %")
        async with shared_server.request("PUT", f"/{topic}/{sent['id']}/clear") as answer:
            cleared = await answer.json()
        async with shared_server.request("DELETE", f"/{topic}/{sent['id']}") as answer:
            deleted = await answer.json()
        assert [await reader.next() for _ in range(3)] == [sent, cleared, deleted]
        assert (cleared["event"], deleted["event"]) == ("message_clear", "message_delete")


async def test_a_raw_stream_has_one_line_for_each_event(shared_server: Server, topic):
    async with Reader(shared_server, topic, "raw") as reader:
        assert await reader.next() == ""
        await shared_server.publish(topic, "two\nlines")
        assert await reader.next() == "two lines"
        async with shared_server.request("DELETE", f"/{topic}/x"):
            assert await reader.next() == ""


async def test_an_sse_stream_has_exactly_the_fields_of_ntfy(shared_server: Server, topic):
    await shared_server.publish(topic, "hello")
    raw, _ = await receive(shared_server.url, request("GET", f"/{topic}/sse?since=all"), wait_s=0.5)
    body = raw.partition(b"\r\n\r\n")[2].split(b"\r\n")
    opened, message = b"".join(body[1::2]).decode().split("\n\n")[:2]
    assert opened.startswith('event: open\ndata: {"id":"')
    assert message.startswith('data: {"id":"')
    assert message.endswith(f'"event":"message","topic":"{topic}","message":"hello"}}')


@pytest.mark.parametrize("form", FORMS)
async def test_a_poll_is_only_what_is_stored(shared_server: Server, topic, form):
    await shared_server.publish(topic, "one")
    async with Reader(shared_server, topic, form, poll="1") as reader:
        events = await reader.rest()
    assert [event if form == "raw" else event["message"] for event in events] == ["one"]


@pytest.mark.parametrize("form", FORMS)
async def test_an_uncached_message_is_told_live_and_never_replayed(shared_server: Server, topic, form):
    async with Reader(shared_server, topic, form) as reader:
        await reader.next()
        await shared_server.publish(topic, "now or never", Cache="no")
        assert await reader.text() == "now or never"
    async with Reader(shared_server, topic, form, poll="1") as reader:
        assert await reader.rest() == []


@pytest.mark.parametrize("form", FORMS)
async def test_several_topics_in_one_stream(shared_server: Server, topic, form):
    async with Reader(shared_server, f"{topic}-a,{topic}-b", form) as reader:
        await reader.next()
        for name in ("a", "b", "c", "a"):
            await shared_server.publish(f"{topic}-{name}", f"to {name}")
        assert [await reader.text() for _ in range(3)] == ["to a", "to b", "to a"]


@pytest.mark.parametrize("form", FORMS)
async def test_filters_by_query_apply_to_what_was_missed_and_to_what_is_new(shared_server: Server, topic, form):
    query = {"priority": "high,urgent", "tags": "disk,nas", "since": "all"}
    await publish_a_mixture(shared_server, topic, "old")
    async with Reader(shared_server, topic, form, **query) as reader:
        assert await reader.text() == "old wanted"
        await publish_a_mixture(shared_server, topic, "new")
        assert await reader.text() == "new wanted"


@pytest.mark.parametrize("form", FORMS)
async def test_filters_by_header(shared_server: Server, topic, form):
    headers = {"X-Priority": "4,5", "Tag": "nas,disk", "X-Title": "T"}
    async with Reader(shared_server, topic, form, headers=headers) as reader:
        await reader.next()
        await publish_a_mixture(shared_server, topic, "new")
        assert await reader.text() == "new wanted"


async def publish_a_mixture(server: Server, topic: str, age: str) -> None:
    await server.publish(topic, f"{age} other", Title="T", Tags="disk,nas", Priority="3")
    await server.publish(topic, f"{age} other", Title="T", Tags="disk", Priority="5")
    await server.publish(topic, f"{age} wanted", Title="T", Tags="nas,x,disk", Priority="5")


@pytest.mark.parametrize("form", FORMS_WITH_IDS)
async def test_a_long_history_is_replayed_whole_and_in_order(shared_server: Server, topic, form):
    sent = await publish_many(shared_server, [f"{topic}-a", f"{topic}-b"], 700)
    async with Reader(shared_server, f"{topic}-a,{topic}-b", form, poll="1") as reader:
        everything = await reader.rest()
    assert Counter(event["id"] for event in everything) == Counter(sent)
    async with Reader(shared_server, f"{topic}-b,{topic}-a", form, poll="1", since=everything[349]["id"]) as reader:
        assert await reader.rest() == everything[350:]


async def publish_many(server: Server, topics: list[str], count: int, writers: int = 16) -> list[str]:
    """Message n to the topics in turn, by several writers at once; returns the IDs."""
    numbers = iter(range(count))
    ids = []

    async def write() -> None:
        for number in numbers:
            sent = await server.publish(topics[number % len(topics)], str(number))
            ids.append(sent["id"])

    await asyncio.gather(*(write() for _ in range(writers)))
    return ids


async def test_readers_that_come_and_go_by_cursor_see_each_message_once_and_in_order(shared_server: Server, topic):
    count, chance = 2000, random.Random(7)
    readers = [
        asyncio.create_task(come_and_go(shared_server, topic, form, chance, count))
        for form in FORMS_WITH_IDS * 16 + ("json", "ws")
    ]
    sent = await publish_many(shared_server, [topic], count)
    seen = await asyncio.gather(*readers)
    order = [event["id"] for event in await shared_server.poll(topic)]
    assert sorted(order) == sorted(sent)
    assert len(seen) == 50
    for ids in seen:
        assert ids == order


async def come_and_go(server: Server, topic: str, form: str, chance: random.Random, count: int) -> list[str]:
    """Read a few messages, leave, come back with the last ID, until all are seen."""
    seen: list[str] = []
    while len(seen) < count:
        leaves_at = min(len(seen) + chance.randint(1, 250), count)
        async with Reader(server, topic, form, since=seen[-1] if seen else "all") as reader:
            try:
                while len(seen) < leaves_at:
                    seen.append((await reader.message())["id"])
            except Ended:
                pass  # it fell behind, and comes back like the others
    return seen


async def test_quiet_streams_get_a_sign_of_life(shared_server: Server, topic):
    await asyncio.gather(*(hear_a_keepalive(shared_server, topic, form) for form in FORMS))


async def hear_a_keepalive(server: Server, topic: str, form: str) -> None:
    if form == "ws":
        async with server.session.ws_connect(f"{server.url}/{topic}/ws", autoping=False) as socket:
            frames = [await socket.receive(timeout=10) for _ in range(2)]
            assert [frame.type for frame in frames] == [aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING]
        return
    async with Reader(server, topic, form) as reader:
        await reader.next()
        event = await reader.next(wait_s=10)
        if form == "raw":
            assert event == ""
        else:
            assert event["event"] == "keepalive"
            assert event["topic"] == topic
            assert set(event) == {"id", "time", "event", "topic"}


@pytest.mark.long
async def test_a_websocket_that_answers_no_ping_is_closed(shared_server: Server, topic):
    async with shared_server.session.ws_connect(f"{shared_server.url}/{topic}/ws", autoping=False) as socket:
        frames = [await socket.receive(timeout=20) for _ in range(3)]
    assert frames[1].type == aiohttp.WSMsgType.PING
    assert frames[2].type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_a_websocket_is_plain(shared_server: Server, topic):
    async with shared_server.session.ws_connect(
        f"{shared_server.url}/{topic}/ws", protocols=("chat",), compress=15, origin="https://anywhere.example"
    ) as socket:
        opened = await socket.receive()
        assert json.loads(opened.data)["event"] == "open"
        assert opened.data.endswith("}\n")
        assert (socket.protocol, socket.compress) == (None, 0)
        assert socket._response.headers["Server"] == "Pushbell"


async def test_what_a_client_says_on_a_websocket_is_ignored_and_its_pings_are_answered(shared_server: Server, topic):
    async with shared_server.session.ws_connect(f"{shared_server.url}/{topic}/ws", autoping=False) as socket:
        await socket.receive()
        await socket.send_str("hello")
        await socket.send_bytes(b"\0")
        await socket.ping(b"are you there?")
        pong = await socket.receive()
        assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"are you there?")
        await shared_server.publish(topic, "still open")
        assert "still open" in (await socket.receive()).data


async def test_a_websocket_client_that_sends_much_is_closed(shared_server: Server, topic):
    async with shared_server.session.ws_connect(f"{shared_server.url}/{topic}/ws") as socket:
        await socket.receive()
        await socket.send_str("x" * 65)
        closed = await socket.receive()
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


async def test_an_old_client_reads_a_stream_without_chunks(shared_server: Server, topic):
    await shared_server.publish(topic, "one")
    raw, closed = await receive(shared_server.url, f"GET /{topic}/json?poll=1 HTTP/1.0\r\n\r\n".encode())
    head, _, body = raw.partition(b"\r\n\r\n")
    assert closed
    assert b"chunked" not in head
    assert json.loads(body)["message"] == "one"


async def test_a_reader_of_more_topics_than_a_server_can_follow_is_told_so(shared_server: Server, topic):
    names = [f"{topic}-{number}" for number in range(401)]
    async with shared_server.request("GET", f"/{','.join(names)}/json?poll=1") as answer:
        assert (await answer.json())["code"] == 40040
    await shared_server.publish(names[399], "seen")
    assert [event["message"] for event in await shared_server.poll(",".join(names[:400]))] == ["seen"]
