"""Live fan-out to streams. Nobody waits for anybody: a reader's queue is bounded, and a full one closes it."""

import asyncio
from collections.abc import Sequence
from functools import cached_property

import msgspec

from pushbell.errors import TOO_MANY_STREAMS
from pushbell.message import Event, Message, Wire
from pushbell.subscribe.filters import Filters


class SlowReader(Exception):
    """The reader's queue was full: close the stream. It resumes by its cursor and has lost nothing."""


class Line:
    """An event in the forms of the four kinds of streams, each made at most once however many readers there are."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @cached_property
    def ndjson(self) -> bytes:
        """A line of /json, and a frame of /ws."""
        return msgspec.json.encode(self._wire) + b"\n"

    @cached_property
    def sse(self) -> bytes:
        """Messages come without `event:`, so that a browser's EventSource fires `onmessage` for them."""
        data = b"data: " + msgspec.json.encode(self._wire) + b"\n\n"
        if self._wire.event in (Event.MESSAGE, Event.DELETE, Event.CLEAR):
            return data
        return b"event: " + self._wire.event.encode() + b"\n" + data

    @cached_property
    def raw(self) -> bytes:
        if self._wire.event is not Event.MESSAGE:
            return b"\n"
        return self._wire.message.replace("\n", " ").encode() + b"\n"


class Reader:
    """One stream's queue. Made by `Hub.open`, which it must be given back to.

    Messages up to the seq `upto` were dispatched before it opened: they are in the store, later ones in the queue.
    """

    __slots__ = ("_ended", "_filters", "_limit", "_overflowed", "_queue", "_waiter", "topics", "upto")

    def __init__(self, topics: Sequence[str], upto: int, filters: Filters, limit: int) -> None:
        self.topics, self.upto = topics, upto
        self._filters, self._limit = filters, limit
        self._queue: list[Line] = []
        self._waiter: asyncio.Future[None] | None = None
        self._overflowed = self._ended = False

    def offer(self, message: Message, line: Line) -> None:
        if not self._filters.accept(message):
            return
        if len(self._queue) >= self._limit:
            self._overflowed = True
            self._queue.clear()
        if not self._overflowed:
            self._queue.append(line)
        self._wake()

    def end(self) -> None:
        """The server stops: what is queued is still read."""
        self._ended = True
        self._wake()

    async def take(self, timeout_s: float) -> list[Line] | None:
        """What came since the last call; [] if nothing did for `timeout_s`; None at the end. Raises SlowReader."""
        if not self._queue and not self._ended and not self._overflowed:
            await self._wait(timeout_s)
        if self._overflowed:
            raise SlowReader
        if self._ended and not self._queue:
            return None
        lines, self._queue = self._queue, []
        return lines

    async def _wait(self, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(timeout_s, self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Hub:
    """Knows the open readers by topic, and `seq`, up to which everything was dispatched.

    A reader that opens, replays up to its `upto` and then takes from its queue sees each message exactly once.
    """

    def __init__(self, last_seq: int, queue_limit: int, max_readers: int) -> None:
        self.seq = last_seq
        self._queue_limit, self._max_readers = queue_limit, max_readers
        self._by_topic: dict[str, set[Reader]] = {}
        self._readers: set[Reader] = set()
        self._ended = False

    def __len__(self) -> int:
        return len(self._readers)

    def open(self, topics: Sequence[str], filters: Filters) -> Reader:
        """Raises ApiError 42903 when there are too many."""
        if len(self._readers) >= self._max_readers:
            raise TOO_MANY_STREAMS
        reader = Reader(topics, self.seq, filters, self._queue_limit)
        self._readers.add(reader)
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(reader)
        if self._ended:
            reader.end()
        return reader

    def close(self, reader: Reader) -> None:
        self._readers.discard(reader)
        for topic in reader.topics:
            readers = self._by_topic.get(topic)
            if readers is not None:
                readers.discard(reader)
                if not readers:  # no object stays for an idle topic: names are free, memory is not
                    del self._by_topic[topic]

    def dispatch(self, messages: Sequence[Message]) -> None:
        """Called after each commit, in seq order. Never blocks."""
        for message in messages:
            self.seq = message.seq
            readers = self._by_topic.get(message.topic)
            if readers:
                line = Line(message.to_wire())
                for reader in readers:
                    reader.offer(message, line)

    def end(self) -> None:
        """End all streams, now and later."""
        self._ended = True
        for reader in self._readers:
            reader.end()
