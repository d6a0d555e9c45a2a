"""The HTTP of the transport, against servers that behave badly byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from pushbell.deliver.dialer import Dialer
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.deliver.reader import MAX_ANSWER, AnswerReader
from pushbell.deliver.transport import Answer, Transport, TransportError
from tests.harness.raw_server import Peer, RawServer, Talk

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
UNSAID = b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nhal"  # and then nothing more

Connect = Callable[[RawServer], Transport]


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes transports that may reach a raw server, with short patience."""
    made: list[Transport] = []

    def to(server: RawServer) -> Transport:
        policy = EndpointPolicy([server.origin])
        made.append(Transport(policy, Dialer(policy), timeout_s=0.3))
        return made[-1]

    yield to
    for transport in made:
        await transport.close()


async def post(transport: Transport, server: RawServer) -> Answer:
    return await transport.post(f"{server.origin}/secret-path", {"TTL": "30"}, b"body")


def saying(*pieces: bytes) -> Talk:
    """Answer every request with these bytes, and keep the connection."""

    async def talk(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(*pieces)

    return talk


async def test_the_request_is_exactly_this(connect: Connect) -> None:
    requests: list[bytes] = []

    async def talk(peer: Peer) -> None:
        requests.append(await peer.request())
        await peer.say(CREATED)

    async with RawServer(talk) as server:
        await connect(server).post(f"{server.origin}/p?q=%2F", {"TTL": "30", "Urgency": "high"}, b"\x00\r\n")
        head = (
            f"POST /p?q=%2F HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 3\r\nTTL: 30\r\nUrgency: high"
        )
        assert requests == [head.encode() + b"\r\n\r\n\x00\r\n"]


async def test_one_connection_carries_many_pushes(connect: Connect) -> None:
    async with RawServer(saying(CREATED)) as server:
        transport = connect(server)
        for _ in range(20):
            assert (await post(transport, server)).status == 201
        assert server.connections == 1


async def test_cookies_are_not_kept(connect: Connect) -> None:
    requests: list[bytes] = []

    async def talk(peer: Peer) -> None:
        for _ in range(2):
            requests.append(await peer.request())
            await peer.say(b"HTTP/1.1 201 Created\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async with RawServer(talk) as server:
        transport = connect(server)
        await post(transport, server)
        await post(transport, server)
        assert requests[0] == requests[1]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (CREATED, Answer(201, {"content-length": "0"}, b"")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, {}, b"")),
        (b"HTTP/1.0 201 Created\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone", Answer(410, {"content-length": "4"}, b"gone")),
        (
            b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            Answer(400, {"transfer-encoding": "chunked"}, b"abcde"),
        ),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + CREATED, Answer(201, {"content-length": "0"}, b"")),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + CREATED, None),
        (b"HTTP/1.1 201 Created\r\nX: \xff\xe9\r\nContent-Length: 0\r\n\r\n", None),
    ],
)
async def test_an_answer_is_read_and_the_connection_kept(connect: Connect, said: bytes, answer: Answer | None) -> None:
    async with RawServer(saying(said)) as server:
        transport = connect(server)
        for _ in range(2):
            got = await post(transport, server)
            assert got == answer or (answer is None and got.status == 201)
        assert server.connections == 1


@given(st.data())
def test_an_answer_may_arrive_in_any_pieces(data: st.DataObject) -> None:
    whole = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow"
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    reader = AnswerReader()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        assert not reader.is_complete
        reader.feed(whole[start:end])
    assert reader.is_complete
    assert reader.answer == Answer(429, {"retry-after": "7", "content-length": "4"}, b"slow")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 201 Created\r\nContent-Length: 0\r\n\r\n",
        CREATED + b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",  # as if for the next request
        CREATED + b"garbage",
    ],
)
async def test_a_connection_that_cannot_be_trusted_with_another_request_is_closed(
    connect: Connect, said: bytes
) -> None:
    async with RawServer(saying(said)) as server:
        transport = connect(server)
        for _ in range(2):
            assert (await post(transport, server)).status == 201
        assert server.connections == 2


async def test_bytes_that_nobody_asked_for_close_the_connection(connect: Connect) -> None:
    closed = asyncio.Event()
    speak = asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)
        await speak.wait()
        await peer.say(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
        await peer.hear_end()
        closed.set()

    async with RawServer(talk) as server:
        await post(connect(server), server)
        speak.set()
        await closed.wait()


async def test_a_connection_closed_while_idle_is_replaced(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)
        if peer.number == 1:
            await peer.request()  # the second push arrives here, and is not answered

    async with RawServer(talk) as server:
        transport = connect(server)
        assert (await post(transport, server)).status == 201
        assert (await post(transport, server)).status == 201
        assert server.connections == 2


async def test_a_connection_known_to_be_closed_is_not_used(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)

    async with RawServer(talk) as server:
        transport = connect(server)
        await post(transport, server)
        [pool] = transport._pools.values()
        await pool._idle[0].lost
        await post(transport, server)
        assert server.connections == 2


async def test_a_push_is_repeated_only_once(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        if peer.number == 1:
            await peer.say(CREATED)
            await peer.request()

    async with RawServer(talk) as server:
        transport = connect(server)
        await post(transport, server)
        with pytest.raises(TransportError, match="closed"):
            await post(transport, server)
        assert server.connections == 2


async def test_a_push_that_was_answered_by_a_single_byte_is_not_repeated(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)
        await peer.request()
        await peer.say(b"H")

    async with RawServer(talk) as server:
        transport = connect(server)
        await post(transport, server)
        with pytest.raises(TransportError, match="closed"):
            await post(transport, server)
        assert server.connections == 1


async def test_a_push_on_a_fresh_connection_is_not_repeated(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()

    async with RawServer(talk) as server:
        with pytest.raises(TransportError, match="closed"):
            await post(connect(server), server)
        assert server.connections == 1


async def test_a_push_that_was_not_answered_in_time_is_not_repeated(connect: Connect) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)
        await peer.hear_end()

    async with RawServer(talk) as server:
        transport = connect(server)
        await post(transport, server)
        with pytest.raises(TransportError, match="no answer in time"):
            await post(transport, server)
        assert server.connections == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
        (b"\x16\x03\x01\x00\x05hello", "not HTTP"),
        (b"HTTP/1.1 abc Created\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nwhatever", "not HTTP"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 201 Created\r\nX: " + b"x" * MAX_ANSWER, "too large"),
        (b"HTTP/1.1 201 Created\r\n" + b"X: y\r\n" * MAX_ANSWER, "too large"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * MAX_ANSWER, "too large"),
        (b"", "no answer in time"),
    ],
    ids=["ssh", "tls", "status", "upgrade", "two lengths", "long header", "many headers", "endless hints", "silence"],
)
async def test_what_is_no_answer_is_an_error_and_closes_the_connection(
    connect: Connect, said: bytes, reason: str
) -> None:
    closed = asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.request()
        try:
            await peer.say(said)
            await peer.hear_end()
        finally:
            closed.set()

    async with RawServer(talk) as server:
        with pytest.raises(TransportError, match=reason) as caught:
            await post(connect(server), server)
        assert "secret-path" not in caught.value.reason
        await closed.wait()


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (UNSAID, b"hal"),
        (b"HTTP/1.1 201 Created\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", b"ab"),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnot a length\r\n", b"abc"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 999999\r\n\r\n" + b"x" * 200_000, None),
    ],
    ids=["cut", "until the end", "cut chunk", "bad chunk", "too long"],
)
@pytest.mark.parametrize("stays", [True, False], ids=["stalls", "breaks off"])
async def test_the_status_decides_whatever_becomes_of_the_body(
    connect: Connect, said: bytes, body: bytes | None, *, stays: bool
) -> None:
    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(said)
        if stays:
            await peer.hear_end()

    async with RawServer(talk) as server:
        transport = connect(server)
        answer = await post(transport, server)
        assert answer.status == 201
        assert answer.body == body or (body is None and len(answer.body) <= MAX_ANSWER)
        assert server.connections == 1
        await post(transport, server)
        assert server.connections == 2


async def test_a_cancelled_push_closes_its_connection(connect: Connect) -> None:
    arrived, closed = asyncio.Event(), asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.request()
        arrived.set()
        await peer.hear_end()
        closed.set()

    async with RawServer(talk) as server:
        task = asyncio.create_task(post(connect(server), server))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await closed.wait()


async def test_an_idle_connection_is_closed_after_a_while_and_its_push_service_forgotten() -> None:
    closed = asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.request()
        await peer.say(CREATED)
        await peer.hear_end()
        closed.set()

    async with RawServer(talk) as server:
        policy = EndpointPolicy([server.origin])
        transport = Transport(policy, Dialer(policy), idle_s=0.05)
        await post(transport, server)
        await closed.wait()
        assert transport._pools == {}
        await transport.close()


async def test_nobody_listening_is_an_error(connect: Connect) -> None:
    async with RawServer(saying(CREATED)) as server:
        transport = connect(server)
    with pytest.raises(TransportError, match=r"no connection to 127\.0\.0\.1: "):
        await post(transport, server)
