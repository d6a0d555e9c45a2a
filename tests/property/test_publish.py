"""Any request is answered with a message or an error of ours, at once; and what was accepted is replayed equal."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushbell.errors import UNSUPPORTED
from pushbell.publish.parameters import PUBLISH
from tests.harness.server import Server
from tests.harness.wire import Answer, exchange, parse, receive

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = {"PUSHBELL_LIMITS_REQUEST_TIMEOUT": "2s", "PUSHBELL_LIMITS_HEADER_TIMEOUT": "2s"}
FEW = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=20_000)

ALIASES = sorted(PUBLISH._known)
SUPPORTED = [alias for alias, (name, _) in PUBLISH._known.items() if name not in UNSUPPORTED]
# Without these every request ends by itself. How a body is framed is in test_smuggling, its absence in test_limits.
FRAMING = re.compile(rb"content-length|transfer-encoding|(x-)?po(ll)?", re.IGNORECASE)
TOPIC = "property"

VALUES = st.one_of(
    st.sampled_from([
        "", "1", "yes", "no", "5", "urgent", "u=1, i", "a,b,,c", "https://example.com/a.png", "text/markdown", "10m",
        "=?utf-8?q?T=C3=BCr?=", "=?utf-8?b?!?=", "Tür", "\u2028", "a" * 600, "a" * 2000,
    ]).map(str.encode),
    st.binary(max_size=40),
)  # fmt: skip
HEADER_VALUES = VALUES.map(lambda value: re.sub(rb"[\0-\x08\x0a-\x1f\x7f]", b"", value))
HEADER_NAMES = st.one_of(
    st.sampled_from(SUPPORTED).map(str.encode),
    st.sampled_from(ALIASES).map(str.encode),
    st.sampled_from([b"Upgrade", b"Connection", b"Origin", b"Cookie", b"Range", b"Authorization", b"If-None-Match"]),
    st.from_regex(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}", fullmatch=True),
)
HEADERS = st.lists(st.tuples(HEADER_NAMES.filter(lambda name: not FRAMING.fullmatch(name)), HEADER_VALUES), max_size=6)
QUERY = st.lists(
    st.tuples(st.sampled_from(SUPPORTED), VALUES).map(lambda pair: f"{pair[0]}={quote_from_bytes(pair[1])}".encode())
    | st.from_regex(rb"[!-~]{0,20}", fullmatch=True).filter(lambda junk: not re.search(rb"po|#", junk)),
    max_size=5,
).map(b"&".join)
SEGMENTS = st.one_of(
    st.sampled_from(
        ["publish", "json", "sse", "raw", "ws", "auth", "clear", "delete", "docs", "v1", "..", ".", "", "a,b"]
    ),
    st.just(TOPIC),
    st.binary(min_size=1, max_size=12).map(quote_from_bytes),
).map(str.encode)
PUBLISHING = st.sampled_from([
    (b"POST", b"/"), (b"PUT", b"/"), (b"POST", b"/property"), (b"PUT", b"/property"), (b"POST", b"/property/one"),
    (b"GET", b"/property/publish"), (b"GET", b"/property/trigger"), (b"DELETE", b"/property/one"),
    (b"PUT", b"/property/one/clear"),
])  # fmt: skip
ANYTHING = st.tuples(
    st.sampled_from([b"POST", b"PUT", b"GET", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"PROPFIND", b"NONSENSE"]),
    st.lists(SEGMENTS, max_size=4).map(lambda segments: b"/" + b"/".join(segments))
    | st.binary(max_size=20).map(lambda junk: b"/" + re.sub(rb"[\x00-\x20?]", b"", junk)),
)
FIELDS = st.dictionaries(
    st.sampled_from(
        ["topic", "message", "title", "priority", "tags", "click", "icon", "markdown", "cache", "sequence_id"]
    ),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
)
BODIES = st.one_of(
    st.binary(max_size=100),
    st.text().map(str.encode),
    st.sampled_from([0, 4096, 4097, 8193]).map(lambda size: b"a" * size),
    FIELDS.map(lambda fields: json.dumps({"topic": TOPIC, **fields}).encode()),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    body = draw(BODIES)
    # The first of two equal parameters counts, so this one makes every stream end.
    method, path = draw(PUBLISHING | PUBLISHING | ANYTHING)
    lines = [method + b" " + path + b"?x-poll=1&" + draw(QUERY) + b" HTTP/1.1", b"Host: a", b"Connection: close"]
    lines += [name + b": " + value for name, value in draw(HEADERS)]
    lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def check(server: Server, request: bytes) -> None:
    received, closed = await receive(server.url, request, wait_s=5)
    assert closed, "the server left the connection open"
    assert received, "the server closed without an answer"
    method = request.partition(b" ")[0].decode()
    answer = parse(received, method)
    if answer.status >= 400:
        check_error(answer, method)
    elif answer.status == 200 and answer.body.startswith(b'{"id":') and answer.headers["content-type"][-4:] == "json":
        await check_message(server, answer.json())
    else:
        assert answer.status in (200, 301, 304), answer


def check_error(answer: Answer, method: str) -> None:
    assert answer.status in (400, 404, 408, 413, 417), answer
    if answer.status != 417 and method != "HEAD" and answer.headers.get("content-length") != "0":
        error = answer.json()
        assert set(error) == {"code", "http", "error"}
        assert error["http"] == answer.status == error["code"] // 100


async def check_message(server: Server, message: dict[str, Any]) -> None:
    assert re.fullmatch("[A-Za-z0-9]{12}", message["id"])
    assert message.get("priority", 3) in range(1, 6)
    assert message["event"] != "message" or message["message"]
    replayed = (await exchange(server.url, "GET", f"/{message['topic']}/json?poll=1&since=latest")).lines
    assert replayed == [message] if "expires" in message else message not in replayed


@FEW
@given(request=requests())
async def test_any_request_is_answered(shared_server: Server, request: bytes):
    await check(shared_server, request)


@pytest.mark.long
@pytest.mark.timeout(1200)
@MANY
@given(request=requests())
async def test_very_many_requests_are_answered(shared_server: Server, request: bytes):
    await check(shared_server, request)


GOOD = f"POST /{TOPIC} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTitle: T\r\nContent-Length: 5\r\n\r\nhello".encode()
FAULTS = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 20), st.binary(max_size=20) | st.just(b"\r\n\r\n"))


@settings(FEW, max_examples=2)
@given(faults=st.lists(FAULTS, min_size=150, max_size=150))
async def test_a_request_with_a_fault_in_the_middle_ends_too(
    shared_server: Server, faults: list[tuple[int, int, bytes]]
):
    """Many at once, because for the ones that have become unfinished only the deadline is the end."""

    async def send(place: int, cut: int, data: bytes) -> None:
        received, closed = await receive(shared_server.url, GOOD[:place] + data + GOOD[place + cut :], wait_s=10)
        assert closed
        if received:
            assert parse(received).status < 500

    await asyncio.gather(*(send(*fault) for fault in faults))


async def test_nothing_of_this_took_the_server_by_surprise(shared_server: Server):
    assert "Traceback" not in shared_server.log
    assert " error " not in shared_server.log
