"""Every row of every table in this folder, replayed over a socket."""

import json
import re
import time

import pytest

from tests.harness.server import Server
from tests.harness.wire import Answer, exchange
from tests.wire.tables import Row, Table, entries, entry, read_tables, to_bytes

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEEP_FOR_S = 30 * 86_400
FIELDS = (
    "id", "sequence_id", "time", "expires", "event", "topic", "title", "message", "priority", "tags", "click", "icon",
    "content_type",
)  # fmt: skip


@pytest.mark.parametrize("table", list(read_tables()), ids=lambda table: table.name)
async def test_each_row_is_answered_as_written(table: Table, shared_server: Server, topic: str):
    now = int(time.time())
    values = {"t": topic, "now": str(now), "later": str(now + 3600)}
    for number, row in enumerate(table.rows, 1):
        answer = await send(shared_server, row.filled(values))
        try:
            check(row.filled(values), answer, topic)
        except AssertionError as error:
            pytest.fail(f"row {number}, {row.request[:200]}\n{error}\ngot {answer.status} {answer.body[:300]!r}")
        if answer.body.startswith(b'{"id":'):
            values[str(number)] = json.loads(answer.body.partition(b"\n")[0])["id"]


async def send(server: Server, row: Row) -> Answer:
    method, _, target = entry(row.request).partition(" ")
    headers = []
    for line in entries(row.headers):
        name, _, value = line.partition(":")
        headers.append((name.encode(), to_bytes(value.removeprefix(" "))))
    return await exchange(server.url, method, target, headers, to_bytes(entry(row.body)))


def check(row: Row, answer: Answer, topic: str) -> None:
    expected = entry(row.answer)
    if re.fullmatch(r"\d{5}", expected):
        check_error(int(expected), answer)
    elif re.fullmatch(r"\d{3}", expected):
        assert (answer.status, answer.body) == (int(expected), b"")
    else:
        assert answer.status == 200
        check_body(expected, answer, topic)
    for line in entries(row.answer_headers):
        name, _, value = line.partition(": ")
        assert answer.headers.get(name.lstrip("-").lower()) == (None if name.startswith("-") else value), line


def check_error(code: int, answer: Answer) -> None:
    assert answer.status == code // 100
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    error = answer.json()
    assert set(error) == {"code", "http", "error"}, "some clients fail on any further key"
    assert (error["code"], error["http"]) == (code, code // 100)
    assert error["error"]
    assert answer.body.endswith(b"}\n")


def check_body(expected: str, answer: Answer, topic: str) -> None:
    if expected.startswith('{"success"') or not expected.startswith(("{", "[")):
        assert answer.body == to_bytes(expected)
    elif expected.startswith("{"):
        assert answer.headers["content-type"] == "application/json"
        assert answer.body.endswith(b"}\n")
        check_message(json.loads(expected), answer.json(), topic)
    else:
        wanted = json.loads(expected)
        assert len(answer.lines) == len(wanted)
        for message, line in zip(wanted, answer.lines, strict=True):
            check_message(message, line, topic)


def check_message(expected: dict, message: dict, topic: str) -> None:
    """Exactly these fields, and in ntfy's order, besides those that every message has."""
    assert list(message) == [name for name in FIELDS if name in message]
    assert re.fullmatch("[A-Za-z0-9]{12}", message["id"])
    assert abs(message["time"] - time.time()) < 60
    expected = {"expires": message["time"] + KEEP_FOR_S, "event": "message", "topic": topic, **expected}
    wanted = {name: value for name, value in expected.items() if value is not None}
    assert {name: value for name, value in message.items() if name not in ("id", "time")} == wanted
