"""Errors whose cause is the server's own state: each says what to do, and none is a surprise."""

import asyncio
import resource

import aiohttp
import pytest
import pytest_asyncio

from tests.harness.reader import FORMS, Reader
from tests.harness.server import Server
from tests.harness.stalled import open_streams
from tests.harness.wire import exchange, parse, receive, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = {
    "PUSHBELL_LIMITS_STREAMS": "4",
    "PUSHBELL_LIMITS_CONNECTIONS": "20",
    "PUSHBELL_METRICS_ENABLED": "true",
}


async def error_of(answer: aiohttp.ClientResponse) -> tuple[int, int]:
    """Status and code of an error in ntfy's shape."""
    error = await answer.json()
    assert answer.content_type == "application/json"
    assert set(error) == {"code", "http", "error"}
    assert error["http"] == answer.status
    return answer.status, error["code"]


async def test_when_there_are_too_many_streams_the_next_is_told_to_wait(shared_server: Server, topic):
    async with (
        Reader(shared_server, topic, "json"),
        Reader(shared_server, topic, "sse"),
        Reader(shared_server, topic, "raw"),
        Reader(shared_server, topic, "ws"),
    ):
        for form in ("json", "sse", "raw"):
            async with shared_server.request("GET", f"/{topic}/{form}") as answer:
                assert await error_of(answer) == (429, 42903)
                assert answer.headers["Retry-After"] == "60"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await shared_server.session.ws_connect(f"{shared_server.url}/{topic}/ws")
        assert refused.value.status == 429
        await shared_server.publish(topic, "publishing goes on")


@pytest.mark.parametrize("form", FORMS)
async def test_a_reader_that_leaves_makes_room_at_once(shared_server: Server, topic, form):
    for _ in range(12):
        async with Reader(shared_server, topic, form) as reader:
            await reader.next()
        async with asyncio.timeout(5):
            while await open_streams(shared_server):
                pass


async def test_when_there_are_too_many_connections_the_next_is_told_so(shared_server: Server, topic):
    host, _, port = shared_server.url.removeprefix("http://").rpartition(":")
    writers = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(20)]
    try:
        for sent in (b"", request("POST", f"/{topic}", [], b"hello")):
            received, closed = await receive(shared_server.url, sent)
            refusal = parse(received)
            assert closed
            assert (refusal.status, refusal.json()["code"]) == (503, 50301)
            assert refusal.headers["retry-after"] == "2"
            assert refusal.headers["connection"] == "close"
    finally:
        for writer in writers:
            writer.close()
    async with asyncio.timeout(5):
        while (await exchange(shared_server.url, "POST", f"/{topic}")).status != 200:
            pass


@pytest.mark.parametrize("path", ["/", "/v1/nothing", "/v1/health", "/topic/json", "/static/x"])
async def test_a_method_that_a_path_has_not_is_not_found(shared_server: Server, path):
    async with shared_server.request("PROPFIND", path) as answer:
        assert await error_of(answer) == (404, 40401)


async def test_head_of_what_is_not_there_has_no_body(shared_server: Server):
    answer = await exchange(shared_server.url, "HEAD", "/v1/nothing/here")
    assert (answer.status, answer.body) == (404, b"")
    assert answer.headers["content-type"] == "application/json"


async def test_an_unknown_expectation_is_refused(shared_server: Server, topic):
    answer = await exchange(shared_server.url, "POST", f"/{topic}", [(b"Expect", b"miracles")], b"hi")
    assert answer.status == 417
    assert await shared_server.poll(topic) == []


async def test_nothing_of_this_took_the_server_by_surprise(shared_server: Server):
    assert "Traceback" not in shared_server.log
    assert " error " not in shared_server.log


@pytest_asyncio.fixture(loop_scope="module")
async def own_server(tmp_path):
    server = await Server(tmp_path / "data").start()
    yield server
    await server.close()


async def test_with_a_full_disk_nothing_is_accepted_and_nothing_else_stops(own_server: Server, topic):
    sent = [await own_server.publish(topic, "before")]
    log = own_server.data_dir / "pushbell.db-wal"
    unlimited = resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE)
    async with Reader(own_server, topic) as live:
        await live.next()
        resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, unlimited[1]))
        async with own_server.request("POST", f"/{topic}", data=b"nowhere to put it") as answer:
            assert await error_of(answer) == (507, 50702)
            assert answer.headers["Retry-After"] == "30"
        assert await own_server.poll(topic) == sent
        resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE, unlimited)
        sent.append(await own_server.publish(topic, "after"))
        assert await live.next() == sent[1]
    assert await own_server.poll(topic) == sent
    assert "Traceback" not in own_server.log
