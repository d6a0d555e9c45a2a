"""Requests that two readers could cut in different places. Each is refused, and what follows it is never obeyed."""

import pytest

from tests.harness.server import Server
from tests.harness.wire import parse, receive

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST = b"POST /smuggling HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"2\r\nhi\r\n0\r\n\r\n"
PLAIN = POST + b"Content-Length: 2\r\n\r\nhi"

LENGTHS = [
    b"", b"+2", b"-2", b"2 2", b"0x2", b"2,2", b"2, 7", b"2;", b"2e0", b"2.0", b"2_0", b"two", b"2\x0b", b"2\x00",
    b"\xd9\xa2", b"99999999999999999999", b"18446744073709551618",
]  # fmt: skip
CODINGS = [
    b"", b"identity", b"xchunked", b"chunked\x0b", b"\x0bchunked", b"chunked\x00", b'"chunked"', b"chunked;q=1",
    b"chunked,", b"chunked, identity", b"chunked, chunked", b"gzip", b"deflate", b"\r\n chunked",
]  # fmt: skip
CHUNKINGS = [
    b"0x2\r\nhi\r\n0\r\n\r\n", b"+2\r\nhi\r\n0\r\n\r\n", b"-2\r\nhi\r\n0\r\n\r\n", b" 2\r\nhi\r\n0\r\n\r\n",
    b"2 \r\nhi\r\n0\r\n\r\n", b"2_0\r\nhi\r\n0\r\n\r\n", b"g\r\nhi\r\n0\r\n\r\n", b"\r\nhi\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFF\r\nhi\r\n0\r\n\r\n",
    b"2\r\nhi there\r\n0\r\n\r\n", b"2\r\nhi0\r\n\r\n", b"2\nhi\n0\n\n", b"2\r\nhi\n0\r\n\r\n", b"2\rhi\r\n0\r\n\r\n",
    b"2\x00\r\nhi\r\n0\r\n\r\n", b"2;a\nb\r\nhi\r\n0\r\n\r\n", b'2;a="b\r\nhi\r\n0\r\n\r\n',
    b"2\r\nhi\r\n0\r\nContent-Length: 5\r\n\r\n", b"2\r\nhi\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"2\r\nhi\r\n0\r\nno trailer\r\n\r\n",
]  # fmt: skip
HEADERS = [
    b"X: a\nTransfer-Encoding: chunked", b"X: a\rTransfer-Encoding: chunked", b"Transfer-Encoding : chunked",
    b"\tTransfer-Encoding: chunked", b"Content-Length : 2", b"X: a\r\n folded", b"X: a\x00b", b"X: a\x01b", b"X\x00: a",
    b"X\xff: a", b"X(: a", b": a", b"no colon", b"Host: b",
]  # fmt: skip
LINES = [
    b"GET /smuggling/publish", b"GET\t/smuggling/publish\tHTTP/1.1", b"GET /smuggling/publish HTTP/1.1 HTTP/1.1",
    b"GET /smuggling /publish HTTP/1.1", b"GET /smuggling/publish http/1.1", b"GET /smuggling/publish HTTP/1.10",
    b"GET /smuggling/publish HTTP/1.1x", b"GET /smuggling/publish HTTP/1.1\x0b", b"GET /smuggling/publish HTTP/2.0",
    b"GET /smuggling/publish HTTP/0.9", b"PRI * HTTP/2.0", b" GET /smuggling/publish HTTP/1.1",
    b"GE(T /smuggling/publish HTTP/1.1", b"get /smuggling/publish HTTP/1.1", b"GET /smug\x00gling/publish HTTP/1.1",
    b"GET /smuggling\xff/publish HTTP/1.1", b"GET smuggling/publish HTTP/1.1", b"GET http://[x/ HTTP/1.1",
]  # fmt: skip

REFUSED = [
    POST + b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    POST + b"Transfer-Encoding: chunked\r\nContent-Length: 10\r\n\r\n" + CHUNKS,
    POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    POST + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\nhi",
    POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKS,
    POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    b"POST /smuggling HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    b"POST /smuggling HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",  # without Host
    b"POST /smuggling HTTP/1.1\nHost: a\nContent-Length: 2\n\nhi",
    *(POST + b"Content-Length: " + length + b"\r\n\r\nhi" for length in LENGTHS),
    *(POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + CHUNKS for coding in CODINGS),
    *(CHUNKED + chunks for chunks in CHUNKINGS),
    *(POST + header + b"\r\nContent-Length: 2\r\n\r\nhi" for header in HEADERS),
    *(line + b"\r\nHost: a\r\n\r\n" for line in LINES),
]
OBEYED = [
    PLAIN,
    CHUNKED + CHUNKS,
    CHUNKED + b"2;extension=1\r\nhi\r\n0\r\n\r\n",
    CHUNKED + b"2\r\nhi\r\n0\r\nTrailer: x\r\n\r\n",
    CHUNKED + b"002\r\nhi\r\n00\r\n\r\n",
    POST + b"Transfer-Encoding: Chunked\r\n\r\n" + CHUNKS,
    POST + b"Connection: Transfer-Encoding\r\nContent-Length: 2\r\n\r\nhi",
    b"\r\n" + PLAIN,
    b"GET /smuggling/publish HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
    b"GET http://b/smuggling/publish?m=hi HTTP/1.1\r\nHost: a\r\n\r\n",
]


def smuggled(topic: str) -> bytes:
    return f"GET /{topic}/publish HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize("vector", REFUSED, ids=repr)
async def test_a_request_with_two_readings_is_refused_and_the_connection_closed(
    shared_server: Server, topic, vector: bytes
):
    received, closed = await receive(shared_server.url, vector + smuggled(topic))
    answer = parse(received)
    assert closed
    assert answer.status == 400
    assert answer.rest == b""
    assert answer.json()["code"] == 40000
    assert answer.headers["server"] == "Pushbell"
    assert await shared_server.poll(topic) == []


@pytest.mark.parametrize("vector", OBEYED, ids=repr)
async def test_unusual_but_clear_requests_are_obeyed_as_is_the_next(shared_server: Server, topic, vector: bytes):
    received, closed = await receive(shared_server.url, vector + smuggled(topic))
    first = parse(received)
    second = parse(first.rest)
    assert closed
    assert (first.status, first.json()["message"]) == (200, "hi")
    assert (second.status, second.json()["topic"], second.rest) == (200, topic, b"")


async def test_none_of_these_is_more_than_a_line_in_the_log(shared_server: Server):
    token = b"tk_thisShouldNotBeRepeated"
    received, _ = await receive(
        shared_server.url, b"GET / HTTP/1.1\r\nAuthorization: Bearer \x00" + token + b"\r\n\r\n"
    )
    assert token not in received
    assert token.decode() not in shared_server.log
    assert "refused what is no HTTP  remote=127.0.0.1" in shared_server.log
    assert "Traceback" not in shared_server.log
