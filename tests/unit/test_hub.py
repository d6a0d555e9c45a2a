"""The hub: live messages to many readers, none of which may hold up another."""

import asyncio

import pytest

from pushbell.errors import ApiError
from pushbell.message import Event, Message
from pushbell.subscribe.filters import NO_FILTERS, parse_filters
from pushbell.subscribe.hub import Hub, Line, SlowReader
from pushbell.subscribe.replay import LARGEST_PAGE, next_limit


def message(seq: int, topic: str = "doors", text: str = "", event: Event = Event.MESSAGE) -> Message:
    return Message(
        id=f"{seq:012}", topic=topic, time=1, expires=2, message=text or f"message {seq}", seq=seq, event=event
    )


def texts(lines: list[Line] | None) -> list[str]:
    assert lines is not None
    return [line.raw.decode().strip() for line in lines]


def hub(queue: int = 10, readers: int = 10) -> Hub:
    return Hub(last_seq=5, queue_limit=queue, max_readers=readers)


async def test_a_reader_gets_what_comes_after_it_opened_in_order():
    doors = hub()
    doors.dispatch([message(6)])
    reader = doors.open(["doors"], NO_FILTERS)
    doors.dispatch([message(7), message(8, "windows"), message(9)])
    assert reader.upto == 6
    assert texts(await reader.take(1)) == ["message 7", "message 9"]


async def test_a_reader_that_waits_is_woken():
    doors = hub()
    reader = doors.open(["doors"], NO_FILTERS)
    waiting = asyncio.create_task(reader.take(60))
    await asyncio.sleep(0)
    doors.dispatch([message(6)])
    assert texts(await waiting) == ["message 6"]


async def test_nothing_for_a_while_is_an_empty_list():
    assert await hub().open(["doors"], NO_FILTERS).take(0.01) == []


async def test_what_the_filters_refuse_does_not_even_wake_the_reader():
    doors = hub(queue=1)
    reader = doors.open(["doors"], parse_filters({"message": "wanted"}))
    doors.dispatch([message(6), message(7), message(8, text="wanted")])
    assert texts(await reader.take(1)) == ["wanted"]


async def test_a_reader_that_falls_behind_is_told_so_and_the_others_go_on():
    doors = hub(queue=2)
    slow, quick = doors.open(["doors"], NO_FILTERS), doors.open(["doors"], NO_FILTERS)
    for seq in range(6, 9):
        doors.dispatch([message(seq)])
        assert texts(await quick.take(1)) == [f"message {seq}"]
    with pytest.raises(SlowReader):
        await slow.take(1)
    doors.dispatch([message(9)])
    with pytest.raises(SlowReader):
        await slow.take(1)


async def test_a_reader_of_several_topics_gets_each_message_once():
    doors = hub()
    reader = doors.open(["doors", "windows"], NO_FILTERS)
    doors.dispatch([message(6), message(7, "windows")])
    assert texts(await reader.take(1)) == ["message 6", "message 7"]


async def test_too_many_readers_are_refused_until_one_closes():
    doors = hub(readers=1)
    reader = doors.open(["doors"], NO_FILTERS)
    with pytest.raises(ApiError) as refused:
        doors.open(["doors"], NO_FILTERS)
    assert refused.value.code == 42903
    doors.close(reader)
    doors.close(doors.open(["doors"], NO_FILTERS))
    assert len(doors) == 0


async def test_at_the_end_what_is_queued_is_still_read():
    doors = hub()
    reader = doors.open(["doors"], NO_FILTERS)
    doors.dispatch([message(6)])
    doors.end()
    assert texts(await reader.take(60)) == ["message 6"]
    assert await reader.take(60) is None
    assert await doors.open(["doors"], NO_FILTERS).take(60) is None


async def test_the_end_wakes_a_reader_that_waits():
    doors = hub()
    waiting = asyncio.create_task(doors.open(["doors"], NO_FILTERS).take(60))
    await asyncio.sleep(0)
    doors.end()
    assert await waiting is None


async def test_readers_share_one_line_for_each_message():
    doors = hub()
    readers = [doors.open(["doors"], NO_FILTERS) for _ in range(3)]
    doors.dispatch([message(6)])
    lines = {id(line) for reader in readers for line in await reader.take(1) or ()}
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("event", "sse", "raw"),
    [
        (Event.MESSAGE, b"data: ", b"two lines\n"),
        (Event.DELETE, b"data: ", b"\n"),
        (Event.CLEAR, b"data: ", b"\n"),
        (Event.OPEN, b"event: open\ndata: ", b"\n"),
        (Event.KEEPALIVE, b"event: keepalive\ndata: ", b"\n"),
        (Event.POLL_REQUEST, b"event: poll_request\ndata: ", b"\n"),
    ],
)
def test_a_line_in_its_forms(event, sse, raw):
    line = Line(message(6, text="two\nlines", event=event).to_wire())
    assert line.ndjson.endswith(b"}\n")
    assert line.ndjson.count(b"\n") == 1
    assert line.sse == sse + line.ndjson + b"\n"
    assert line.raw == raw


def test_the_next_page_has_as_many_messages_as_are_good_to_hold():
    assert next_limit([message(seq, text="x" * 4096) for seq in range(16)]) in range(2, 6)
    assert next_limit([message(seq, text="x" * 65_000) for seq in range(16)]) == 1
    assert next_limit([message(seq, text="x") for seq in range(16)]) in range(50, LARGEST_PAGE)
