"""Nothing that a client sends, however much, however slowly, keeps the server from others."""

import asyncio
import gzip
import time
import zlib
from functools import cache

import aiohttp
import pytest

from tests.harness.server import Server
from tests.harness.stalled import metric
from tests.harness.wire import Answer, exchange, parse, receive, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = {
    "PUSHBELL_LIMITS_REQUEST_TIMEOUT": "1s",
    "PUSHBELL_LIMITS_HEADER_TIMEOUT": "1s",
    "PUSHBELL_MESSAGES_SIZE_LIMIT": "1000",
    "PUSHBELL_MESSAGES_TITLE_SIZE_LIMIT": "10",
    "PUSHBELL_MESSAGES_TAGS_SIZE_LIMIT": "10",
    "PUSHBELL_MESSAGES_KEEP_FOR": "1h",
    "PUSHBELL_METRICS_ENABLED": "true",
}
POST = b"POST /slow HTTP/1.1\r\nHost: a\r\n"


async def code_of(answer: aiohttp.ClientResponse) -> int:
    return int((await answer.json())["code"])


async def test_configured_sizes_hold(shared_server: Server, topic):
    sent = await shared_server.publish(topic, "x" * 1000, Title="x" * 10, Tags="12345,67890")
    assert sent["expires"] == sent["time"] + 3600
    for body, headers, code in [
        (b"x" * 1001, {}, 40014),
        (b"", {"Title": "x" * 11}, 40057),
        (b"", {"Tags": "12345,678901"}, 40058),
    ]:
        async with shared_server.request("POST", f"/{topic}", data=body, headers=headers) as answer:
            assert await code_of(answer) == code
    async with shared_server.request("POST", "/", data=b'{"topic":"%s"' % topic.encode() + b" " * 2000) as answer:
        assert await code_of(answer) == 41303


async def drip(server: Server, head: bytes, piece: bytes, every_s: float) -> tuple[bytes, float]:
    """Send `head`, then `piece` again and again until the server closes; what it said and how long it took."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    started = time.monotonic()

    async def send() -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await asyncio.sleep(every_s)

    sender = asyncio.create_task(send())
    try:
        async with asyncio.timeout(10):
            received = await reader.read()
    except ConnectionError:
        received = b""
    finally:
        sender.cancel()
        writer.close()
    return received, time.monotonic() - started


async def test_a_body_that_drips_in_is_answered_when_its_time_is_over(shared_server: Server):
    bodies = [
        (POST + b"Content-Length: 500\r\n\r\n", b" "),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n", b" "),
    ]
    for received, took_s in await asyncio.gather(*(drip(shared_server, *body, 0.05) for body in bodies)):
        answer = parse(received)
        assert (answer.status, answer.json()["code"]) == (408, 40801)
        assert took_s < 5


async def test_a_body_that_arrives_in_time_may_come_in_pieces(shared_server: Server, topic):
    async def pieces():
        for number in range(5):
            await asyncio.sleep(0.02)
            yield f"{number} ".encode()

    async with shared_server.request("POST", f"/{topic}", data=pieces()) as answer:
        assert (await answer.json())["message"] == "0 1 2 3 4"


async def test_a_header_that_does_not_come_costs_the_connection(shared_server: Server):
    headers = [(b"", b""), (b"GET /", b"x"), (POST, b"X: y\r\n")]
    for received, took_s in await asyncio.gather(*(drip(shared_server, *header, 0.05) for header in headers)):
        assert received == b""
        assert took_s < 5


async def test_a_connection_that_is_quiet_after_its_request_is_closed(shared_server: Server, topic):
    data = f"POST /{topic} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi".encode()
    received, closed = await receive(shared_server.url, data, wait_s=5)
    assert closed
    assert parse(received).json()["message"] == "hi"


async def test_slow_clients_leave_the_others_alone(shared_server: Server, topic):
    """Slowloris, the quick form: headers and bodies that drip in on 300 connections."""
    heads = [POST, POST + b"Content-Length: 500\r\n\r\n", b"GET /"]
    drips = [asyncio.create_task(drip(shared_server, head, b"X: y\r\n", 0.2)) for head in heads * 100]
    took_s = []
    while not all(task.done() for task in drips):
        started = time.monotonic()
        await exchange(shared_server.url, "POST", f"/{topic}", [], b"new client")
        took_s.append(time.monotonic() - started)
    assert max(took for _, took in await asyncio.gather(*drips)) < 8
    assert sorted(took_s)[len(took_s) * 95 // 100] < 0.5


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(shared_server: Server):
    heads = [
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n".encode() for path in ("/slow", "/")
    ]
    answers = await asyncio.gather(*(receive(shared_server.url, head) for head in heads))
    assert [parse(received).json()["code"] for received, _ in answers] == [40014, 41303]
    assert all(closed for _, closed in answers)


async def test_an_endless_body_is_cut_off(shared_server: Server):
    chunk = b"ff\r\n" + b"x" * 255 + b"\r\n"
    received, took_s = await drip(shared_server, POST + b"Transfer-Encoding: chunked\r\n\r\n", chunk * 100, 0.001)
    assert parse(received).json()["code"] == 40014
    assert took_s < 5


async def test_headers_may_be_long(shared_server: Server, topic):
    text = "x" * 65_000
    answer = await exchange(shared_server.url, "POST", f"/{topic}", [(b"X-Message", text.encode())])
    assert answer.json()["message"] == text
    answer = await exchange(shared_server.url, "GET", f"/{topic}/publish?m={text}")
    assert answer.json()["message"] == text
    assert [event["message"] for event in await shared_server.poll(topic)] == [text, text]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/slow", [(b"X-Message", b"x" * 66_000)]),
        ("/slow", [(b"x" * 66_000, b"x")]),
        ("/slow/publish?m=" + "x" * 66_000, []),
        ("/slow", [(b"X-%d" % number, b"x") for number in range(2000)]),
    ],
    ids=["value", "name", "line", "many"],
)
async def test_headers_may_not_be_endless(shared_server: Server, target, headers):
    answer = await exchange(shared_server.url, "POST", target, headers)
    assert (answer.status, answer.json()["code"]) == (400, 40000)


@cache
def bomb(times: int) -> bytes:
    """What unfolds to 10 MB."""
    return gzip.compress(bomb(times - 1)) if times else b"0" * 10_000_000


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZip", "gzip, gzip", "deflate", "br", "zstd", "gzip, identity"])
async def test_what_is_compressed_is_not_unfolded(shared_server: Server, coding, short):
    body = bomb(2 if coding == "gzip, gzip" else 1)
    body = body[:900] if short else body
    before = await resident_bytes(shared_server)
    for path in ("/slow", "/"):
        answer = await exchange(shared_server.url, "POST", path, [(b"Content-Encoding", coding.encode())], body)
        assert 400 <= answer.status < 500
        assert answer.json()["code"]
    assert await resident_bytes(shared_server) - before < 5_000_000


async def test_a_compressed_websocket_frame_is_refused(shared_server: Server, topic):
    async with shared_server.session.ws_connect(f"{shared_server.url}/{topic}/ws") as socket:
        await socket.receive()
        await socket.send_frame(zlib.compress(b"0" * 1_000_000), aiohttp.WSMsgType.TEXT, compress=15)
        closed = await socket.receive()
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.PROTOCOL_ERROR)


async def resident_bytes(server: Server) -> float:
    return await metric(server, "process_resident_memory_bytes")


async def test_two_requests_at_once_are_answered_in_their_order(shared_server: Server, topic):
    one = f"POST /{topic} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none".encode()
    received, _ = await receive(shared_server.url, one + request("POST", f"/{topic}", [], b"two"))
    answers: list[Answer] = [parse(received)]
    while answers[-1].rest:
        answers.append(parse(answers[-1].rest))
    assert [answer.json()["message"] for answer in answers] == ["one", "two"]


async def test_a_client_that_asks_first_is_told_to_go_on(shared_server: Server, topic):
    head = (
        f"POST /{topic} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    host, _, port = shared_server.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"hi")
    assert parse(await reader.read()).json()["message"] == "hi"
    writer.close()


async def test_nothing_of_this_took_the_server_by_surprise(shared_server: Server):
    assert "Traceback" not in shared_server.log
    assert " error " not in shared_server.log
